import { readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { excludeFromCoreDumps, withoutDebuggerSignal, withoutDiagnosticReports } from '../../secrets/process-hygiene.js';
import { LIFELINE, PIPE } from '../pipe-numbers.js';
import { serveConnector } from './serve-connector.js';

/** What connectors get to close their sessions once the agent is gone. Milliseconds. */
const CLOSING_TIME = 2_000;
/** How long the last word to the agent may take. Milliseconds. */
const LAST_WORD_TIME = 500;
const FAILED = 70;
/** Whom the kernel ends first when the machine is out of memory: not the agent. */
const OUT_OF_MEMORY_SCORE = 500;
const LIFELINE_MIB = 8;

export interface ProcessOptions {
  /** @default the registry's */
  readonly load?: (id: string) => Promise<AnyConnector | undefined>;
}

/** The main program of a connector's process. It ends when the agent closes the pipe, dies, or says so; no signal ends it softly. */
export function runConnectorProcess({ load }: ProcessOptions = {}): void {
  outliveSignals();
  const pipe = new Socket({ fd: PIPE, readable: true, writable: true });
  const served = serveConnector(pipe, {
    load,
    prepare: ({ coreDumps }) => { harden(coreDumps); },
    onEnd: () => process.exit(0),
  });
  pipe.once('close', () => { setTimeout(() => process.exit(0), CLOSING_TIME); });
  const dieOf = (error: unknown): void => {
    const leave = (): never => process.exit(FAILED);
    setTimeout(leave, LAST_WORD_TIME);
    served.fail(error, leave);
  };
  process.on('uncaughtException', dieOf);
  process.on('unhandledRejection', dieOf);
  holdLifeline();
}

/** A signal to the whole group is the agent's business: it lets operations end, and then this process. */
function outliveSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  withoutDebuggerSignal(() => undefined);
}

function harden(coreDumps: boolean): void {
  if (!coreDumps) excludeFromCoreDumps();
  withoutDiagnosticReports();
  const path = '/proc/self/oom_score_adj';
  try {
    if (Number(readFileSync(path, 'utf8')) < OUT_OF_MEMORY_SCORE) writeFileSync(path, String(OUT_OF_MEMORY_SCORE));
  } catch {
    // Another system, or no /proc: it chooses by itself.
  }
}

/** A connector that never lets go of this thread would outlive the agent; another thread watches for that. */
function holdLifeline(): void {
  const worker = new Worker(new URL('./lifeline.js', import.meta.url), {
    workerData: { descriptor: LIFELINE }, env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: LIFELINE_MIB, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  worker.on('error', () => undefined);                    // then there is one guard less; no reason to end the connector
  worker.unref();
}
