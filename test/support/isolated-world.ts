import { duplexPair, type Duplex } from 'node:stream';
import { serveConnector } from '../../agent/isolation/child/serve-connector.js';
import { Isolation } from '../../agent/isolation/isolation.js';
import type { ProcessExit } from '../../agent/isolation/process-end.js';
import type { StartedProcess } from '../../agent/isolation/spawn-process.js';
import type { IsolationConfig } from '../../agent/config/isolation-settings.js';
import { systemClock } from '../../agent/system-clock.js';
import type { AnyConnector } from '../../connectors/framework/define-connector.js';
import { recordedLog } from './quiet-log.js';

export const BUDGETS: IsolationConfig = { all: true, connectors: {}, memory: 512 * 1024 ** 2, hangTime: 15_000, cancelGrace: 30_000, perSystem: false, environment: [] };

/** A connector's process as a test plays it: everything is real but the process. */
export class PlayedProcess implements StartedProcess {
  readonly pid: number;
  readonly pipe: Duplex;
  readonly ended: Promise<ProcessExit>;
  /** Bytes that came from the agent, as text. */
  received = '';
  /** Bytes that went to the agent, as text. */
  sent = '';
  bytes = 64 * 1024 ** 2;
  readonly #own: Duplex;
  #exit: (exit: ProcessExit) => void = () => undefined;

  constructor(load: () => Promise<AnyConnector>, pid: number) {
    const [agentSide, own] = duplexPair({ highWaterMark: 64 * 1024 });
    this.pid = pid;
    this.pipe = agentSide;
    this.#own = own;
    this.ended = new Promise((resolve) => { this.#exit = resolve; });
    own.on('data', (chunk: Buffer) => { this.received += chunk.toString('latin1'); });
    agentSide.on('data', (chunk: Buffer) => { this.sent += chunk.toString('latin1'); });
    serveConnector(own, { load, onEnd: () => { this.exit({ code: 0, signal: null }); } });
  }

  async memory(): Promise<number> {
    return this.bytes;
  }

  kill(): void {
    this.exit({ code: null, signal: 'SIGKILL' });
  }

  /** It is gone from one moment to the next. */
  exit(exit: Pick<ProcessExit, 'code' | 'signal'>): void {
    this.#own.destroy();
    this.pipe.destroy();
    this.#exit({ heapExhausted: false, ...exit });
  }
}

/** Isolation whose processes are played. */
export function playedIsolation(load: () => Promise<AnyConnector>, settings: Partial<IsolationConfig> = {}) {
  const log = recordedLog();
  const processes: PlayedProcess[] = [];
  const isolation = new Isolation({
    settings: { ...BUDGETS, ...settings }, maxFrameBytes: 32 * 1024 ** 2, debug: true, coreDumps: false, clock: systemClock, log, random: () => 0,
    spawn: () => {
      const process = new PlayedProcess(load, 1000 + processes.length);
      processes.push(process);
      return process;
    },
  });
  return { isolation, processes, log };
}
