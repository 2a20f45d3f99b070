import type { Columns } from '../format/columns.js';
import type { Layout } from '../format/dialect.js';
import { MAX_BATCH } from '../limits.js';
import type { Plan } from './plan.js';

/** One create, update or delete. */
export interface Change {
  /** The uids it touches; all of them are looked up at once in files too large for an index. */
  uids(columns: Columns): readonly string[];
  /** Applies itself to the plan; answers the uid of the row afterwards. Called again when the file moved. */
  apply(plan: Plan): Promise<string>;
}

export type Outcome = { readonly uid: string } | { readonly error: Error };

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Writes several changes at once; the outcomes are in their order. */
export type WriteGroup = (changes: readonly Change[], layout: Layout) => Promise<readonly Outcome[]>;

interface Waiting {
  readonly change: Change;
  readonly layout: Layout;
  settle(outcome: Outcome): void;
}

/** One writer per file. What arrives while it writes is written together afterwards. */
export class WriteQueue {
  readonly #write: WriteGroup;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(write: WriteGroup) {
    this.#write = write;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /**
   * Queues a change and waits until it is on disk. An abort takes a waiting change back; one that is being written is
   * carried through, because its outcome must be known.
   */
  submit(change: Change, layout: Layout, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    return new Promise<string>((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        signal.removeEventListener('abort', takeBack);
        if ('uid' in outcome) resolve(outcome.uid);
        else reject(outcome.error);
      };
      const waiting: Waiting = { change, layout, settle };
      const takeBack = (): void => {
        const at = this.#waiting.indexOf(waiting);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        settle({ error: asError(signal.reason) });
      };
      signal.addEventListener('abort', takeBack, { once: true });
      this.#waiting.push(waiting);
      if (!this.#busy) void this.#drain();
    });
  }

  /** Never rejects: every outcome goes to its caller. */
  async #drain(): Promise<void> {
    this.#busy = true;
    // Callers that start in the same turn share the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#busy = false;
  }

  /** The first changes in the queue, as far as they read the file alike. */
  #takeGroup(): Waiting[] {
    const key = this.#waiting[0]?.layout.key;
    const other = this.#waiting.findIndex(({ layout }) => layout.key !== key);
    return this.#waiting.splice(0, Math.min(other < 0 ? this.#waiting.length : other, MAX_BATCH));
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    try {
      const outcomes = await this.#write(group.map(({ change }) => change), first.layout);
      group.forEach(({ settle }, index) => settle(outcomes[index] ?? { error: new Error('A change had no outcome.') }));
    } catch (error) {
      for (const { settle } of group) settle({ error: asError(error) });
    }
  }
}
