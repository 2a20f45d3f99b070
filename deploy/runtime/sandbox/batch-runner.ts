import { ConnectorError } from '../../../protocol/model/index.js';
import { LOG_CHARACTERS, type RunLimits } from './limits.js';
import { scriptFailure } from './script-failure.js';
import type { SandboxThread } from './sandbox-thread.js';
import { SandboxThreads, type SandboxThreadsOptions } from './sandbox-threads.js';
import type { BatchScript, CallMessage, LogLevel, RunEnd } from './worker/messages.js';

export type { BatchScript, LogLevel } from './worker/messages.js';

export interface ScriptBatch {
  readonly scripts: readonly BatchScript[];
  /** See BatchMessage. */
  readonly library: string;
  /** What scripts may call, by name; takes and answers JSON texts. A rejection's message reaches the script as `ResourceException`. */
  readonly functions: ReadonlyMap<string, (text: string, signal: AbortSignal) => Promise<string>>;
  /** JSON texts that items name by number. */
  readonly values: readonly string[];
  /** The number of a script, and of a value for each of its parameters. */
  readonly items: readonly (readonly number[])[];
  /** Scripts that others wait for: they do not stand in line behind those that wait. */
  readonly isNested?: boolean | undefined;
  readonly log: (level: LogLevel, text: string) => void;
  readonly signal: AbortSignal;
}

/** What a script gave, as JSON text of `{v?, g?}`, or why it gave nothing. */
export type BatchOutcome = { readonly text: string } | { readonly error: ConnectorError };

export interface BatchRunnerOptions extends SandboxThreadsOptions {
  /** Batches at a time, each in a thread of its own. */
  readonly workers: number;
  /** Of each item. */
  readonly limits: RunLimits;
}

type Failure = Exclude<RunEnd, { kind: 'returned' }>;

/** Runs batches of small scripts. What stops a script (time, memory) fails its item only; the others run on in a fresh interpreter. */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  readonly #threads: SandboxThreads;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
    this.#threads = new SandboxThreads(options);
  }

  /** One outcome for each item. Rejects when the signal fires, and when there is no thread to be had. */
  async run(batch: ScriptBatch): Promise<readonly BatchOutcome[]> {
    if (batch.items.length === 0) return [];
    const outcomes: BatchOutcome[] = [];
    if (batch.isNested !== true) await this.#turn(batch.signal);
    try {
      const stopped = new Map<number, Failure>();
      while (outcomes.length < batch.items.length) {
        const failure = stopped.get(outcomes.length);
        if (failure === undefined) await this.#go(batch, outcomes, stopped);
        else outcomes.push({ error: this.#failure(failure) });
      }
      return outcomes;
    } finally {
      if (batch.isNested !== true) this.#leave();
    }
  }

  /** Ends all threads. Idempotent. */
  async close(): Promise<void> {
    await this.#threads.close();
  }

  /**
   * From the first item without an outcome to the end, or to one that stops. Items before that one whose outcomes were lost with
   * the thread have called nothing, and are done again without it.
   */
  async #go(batch: ScriptBatch, outcomes: BatchOutcome[], stopped: Map<number, Failure>): Promise<void> {
    batch.signal.throwIfAborted();
    const thread = await this.#threads.take();
    const over = new AbortController();
    const first = outcomes.length;
    const until = Math.min(batch.items.length, ...[...stopped.keys()].filter((item) => item >= first));
    try {
      const { end } = await thread.run(
        { type: 'batch', scripts: batch.scripts, library: batch.library, functions: [...batch.functions.keys()], values: batch.values, items: batch.items.slice(0, until), first, limits: this.#options.limits },
        {
          called: (message) => { void answer(batch, thread, message, over.signal); },
          logged: ({ level, text }) => { batch.log(level, text.slice(0, LOG_CHARACTERS)); },
          results: ({ from, texts }) => { for (const [index, text] of texts.entries()) outcomes[from + index] = this.#outcome(text); },
        }, batch.signal,
      );
      batch.signal.throwIfAborted();
      if (end.kind !== 'returned') stopped.set(Math.max(outcomes.length, thread.item), end);
    } finally {
      over.abort(new ConnectorError('connector', 'The script that asked for this has ended.'));
      this.#threads.giveBack(thread);
    }
  }

  #outcome(text: string): BatchOutcome {
    if (!text.startsWith('{"e":')) return { text };
    const { e } = JSON.parse(text) as { readonly e: unknown };
    return { error: this.#failure({ kind: 'threw', text: JSON.stringify(e) }) };
  }

  #failure(end: Failure): ConnectorError {
    return scriptFailure(end, this.#options.limits, (text) => text, 'the script');
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#options.workers) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(take);
        reject(signal.reason as Error);
      };
      this.#waiting.add(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}

/** Never rejects. */
async function answer({ functions }: ScriptBatch, thread: SandboxThread, { call, name, text }: CallMessage, signal: AbortSignal): Promise<void> {
  let told: string;
  try {
    const own = functions.get(name);
    if (own === undefined) throw new ConnectorError('illegalArgument', 'There is no such function.');
    told = await own(text, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 500;
    told = JSON.stringify({ error: { code, message: error instanceof Error ? error.message : 'The call failed.' } });
  }
  if (!signal.aborted) thread.answer({ type: 'answer', call, ok: true, text: told });
}
