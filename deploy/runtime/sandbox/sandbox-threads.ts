import { ConnectorError } from '../../../protocol/model/index.js';
import { SandboxThread, type ThreadOptions } from './sandbox-thread.js';

export interface SandboxThreadsOptions {
  /** @default the module beside this one */
  readonly worker?: URL | undefined;
  /** Bytes a script may have. */
  readonly memory: number;
  /** A thread nobody has used for so long is ended. Milliseconds. */
  readonly idle: number;
  /** Calls back once, so many milliseconds from now, unless the returned function was called before. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

/** Threads with an interpreter, started when one is needed and kept for a while. How many are used at a time is for the caller to bound. */
export class SandboxThreads {
  readonly #options: SandboxThreadsOptions;
  readonly #thread: ThreadOptions;
  readonly #idle: { readonly thread: SandboxThread; readonly forget: () => void }[] = [];
  readonly #threads = new Set<SandboxThread>();
  #isClosed = false;

  constructor(options: SandboxThreadsOptions) {
    this.#options = options;
    this.#thread = { worker: options.worker ?? new URL('./worker/sandbox-worker.js', import.meta.url), memory: options.memory };
  }

  /** Those there are, idle ones included. */
  get size(): number {
    return this.#threads.size;
  }

  /** Rejects with a ConnectorError when none can be had. */
  async take(): Promise<SandboxThread> {
    for (let free = this.#idle.pop(); free !== undefined; free = this.#idle.pop()) {
      free.forget();
      if (free.thread.isUsable) return free.thread;
      this.#threads.delete(free.thread);
    }
    try {
      if (this.#isClosed) throw new Error('it is being closed');
      const thread = await SandboxThread.start(this.#thread);
      this.#threads.add(thread);
      return thread;
    } catch (error) {
      throw new ConnectorError('connector', `No sandbox for scripts could be started: ${error instanceof Error ? error.message : String(error)}.`, { cause: error, outcome: 'notApplied' });
    }
  }

  /** Every thread that was taken has to come back, usable or not. */
  giveBack(thread: SandboxThread): void {
    if (!thread.isUsable || this.#isClosed) {
      this.#threads.delete(thread);
      void thread.end();
      return;
    }
    const entry = { thread, forget: this.#options.after(this.#options.idle, () => {
      this.#idle.splice(this.#idle.indexOf(entry), 1);
      this.#threads.delete(thread);
      void thread.end();
    }) };
    this.#idle.push(entry);
  }

  /** Ends all threads, and the scripts in them. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { forget } of this.#idle.splice(0)) forget();
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }
}
