import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import { ConnectorError } from '../../protocol/model/index.js';
import type { Backoff } from '../session/backoff.js';
import type { ConnectorProcess } from './connector-process.js';
import { notServed, type ProcessEnd } from './process-end.js';

/** Ends one behind the other after which nobody waits for the next start. */
const CRASH_LOOP = 3;
/** Longest an operation waits for a start that is not to be yet. Milliseconds. */
const PATIENCE = 2_000;
/** A process that served so long was a good one: its end is not held against the next. Milliseconds. */
const STABLE = 60_000;

export interface ProcessStatus {
  readonly connector: string;
  /** Undefined: none is running. */
  readonly pid: number | undefined;
  /** Bytes, as last seen. */
  readonly memory: number | undefined;
  /** Configurations open. */
  readonly configurations: number;
  /** Processes that ended without being asked to. */
  readonly restarts: number;
  readonly lastEnd: { readonly at: string; readonly why: string } | undefined;
}

export interface KeeperOptions {
  /** Id, for errors and status. */
  readonly connector: string;
  start(): ConnectorProcess;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly log: SessionLog;
}

/**
 * Keeps a process running as long as configurations are open: started for the first operation, started again after its end,
 * later and later while it keeps ending. An operation waits for a start, but not for one that is far off.
 */
export class ProcessKeeper {
  readonly #options: KeeperOptions;
  readonly #handles = new Set<number>();
  #process: ConnectorProcess | undefined;
  #failures = 0;
  #restarts = 0;
  #nextStart = -Infinity;
  #lastEnd: { readonly at: string; readonly end: ProcessEnd } | undefined;
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The process running now, or about to. */
  get process(): ConnectorProcess | undefined {
    return this.#process;
  }

  status(): ProcessStatus {
    const isRunning = this.#process?.end === undefined;
    return {
      connector: this.#options.connector, pid: isRunning ? this.#process?.pid : undefined, memory: isRunning ? this.#process?.memory : undefined,
      configurations: this.#handles.size, restarts: this.#restarts,
      lastEnd: this.#lastEnd && { at: this.#lastEnd.at, why: this.#lastEnd.end.why },
    };
  }

  use(handle: number): void {
    this.#handles.add(handle);
  }

  /** Without configurations there is nothing to run. Resolves when the process is gone, if it goes. */
  async release(handle: number): Promise<void> {
    this.#handles.delete(handle);
    if (this.#handles.size === 0) await this.#process?.shutDown();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.shutDown();
  }

  /** A process that serves. Rejects with a ConnectorError that says why there is none, or when the signal fires. */
  async serving(signal: AbortSignal): Promise<ConnectorProcess> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#closed) throw new ConnectorError('retryable', 'The connector server is shutting down; try again later.', { outcome: 'notApplied' });
      if (this.#process !== undefined && serves(this.#process)) return this.#process;
      const process = this.#process ?? this.#startDue();
      if (process === undefined) {
        await this.#options.clock.sleep(this.#wait, signal);
        continue;
      }
      await settled(process.isUsable ? process.ready : process.ended, signal);
      if (serves(process)) return process;
      const { end } = process;
      if (end !== undefined && end.kind !== 'closed' && !process.hasServed) throw this.#refusal(end);
    }
  }

  get #wait(): number {
    return this.#nextStart - this.#options.clock.now();
  }

  /** Starts one if its time has come. Undefined: soon. Throws when that is too far off to wait for. */
  #startDue(): ConnectorProcess | undefined {
    const wait = this.#wait;
    if (wait > 0 && this.#lastEnd !== undefined && (this.#failures >= CRASH_LOOP || wait > PATIENCE)) throw this.#refusal(this.#lastEnd.end);
    if (wait > 0) return undefined;
    const process = this.#options.start();
    this.#process = process;
    process.ended.then((end) => { this.#note(process, end); }, () => undefined);
    return process;
  }

  #refusal(end: ProcessEnd): ConnectorError {
    return notServed(this.#options.connector, end, this.#wait);
  }

  #note(process: ConnectorProcess, end: ProcessEnd): void {
    const { backoff, clock, log, connector } = this.#options;
    this.#process = undefined;
    if (end.kind === 'closed') return;
    if (process.servedFor >= STABLE) {
      backoff.reset();
      this.#failures = 0;
    }
    this.#failures += 1;
    this.#restarts += 1;
    this.#nextStart = clock.now() + backoff.next();
    this.#lastEnd = { at: new Date().toISOString(), end };
    log.error({ connector, pid: process.pid, end: end.kind, failures: this.#failures, nextStartIn: Math.max(0, Math.round(this.#wait)) }, `The process of connector ${connector} ended, because ${end.why}.`);
  }
}

const serves = ({ isUsable, hasServed }: ConnectorProcess): boolean => isUsable && hasServed;

/** Resolves when the work has settled, however; rejects when the signal fires first. */
async function settled(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => { leave = resolve; });
  signal.addEventListener('abort', leave, { once: true });
  try {
    await Promise.race([work.then(() => undefined, () => undefined), left]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
