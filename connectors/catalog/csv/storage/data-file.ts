import { realpath } from 'node:fs/promises';
import { writePlan, type CommitHooks } from './commit.js';
import type { Layout } from '../format/dialect.js';
import { beforeWriting, changedMeanwhile, isMoved } from '../errors.js';
import { sameInode, type FileIdentity } from './file-identity.js';
import { lockFile } from './file-lock.js';
import { IndexCache } from '../lookup/index-cache.js';
import { COMMIT_ATTEMPTS, MAX_INDEX_BYTES } from '../limits.js';
import { Plan } from './plan.js';
import type { OwnWrites, SteadyFile } from './steady-file.js';
import { Table } from '../format/table.js';
import { removeAbandoned } from './write-file.js';
import { WriteQueue, asError, type Change, type Outcome } from './write-queue.js';

type Append = () => Promise<{ readonly before: FileIdentity; readonly after: FileIdentity }>;

const NEVER = new AbortController().signal;
const MAX_IDLE_FILES = 32;

/**
 * What all sessions of this process share about one file, by its real path: the queue of changes, the uid index, and the
 * readers that have to be told of our appends.
 */
export class DataFile implements OwnWrites {
  readonly path: string;
  readonly readers = new Set<SteadyFile>();
  readonly index = new IndexCache();
  /** The state that was last compared with a historical copy and found to be the same. */
  settled: { readonly token: number; readonly identity: FileIdentity } | undefined;
  readonly #queue = new WriteQueue((changes, layout) => this.#commit(changes, layout));
  #appending: Promise<void> | undefined;
  #copies: Promise<unknown> = Promise.resolve();
  /** What a dead process left was looked for, once. */
  #tidied = false;

  private constructor(path: string) {
    this.path = path;
  }

  static readonly #byPath = new Map<string, DataFile>();

  /** The shared state of the file a path leads to. Throws the system's error when there is none. */
  static async at(path: string): Promise<DataFile> {
    const real = await realpath(path);
    const file = DataFile.#byPath.get(real) ?? new DataFile(real);
    DataFile.#byPath.delete(real);
    DataFile.#byPath.set(real, file);
    DataFile.#makeRoom(file);
    return file;
  }

  /** Drops indexes, and what idle files share, from the least recently used on. */
  static #makeRoom(keep: DataFile): void {
    const files = [...DataFile.#byPath.values()];
    let bytes = files.reduce((sum, file) => sum + file.index.byteLength, 0);
    let surplus = files.length - MAX_IDLE_FILES;
    for (const file of files) {
      if (file === keep || !file.#isIdle) continue;
      if (bytes > MAX_INDEX_BYTES) {
        bytes -= file.index.byteLength;
        file.index.forget();
      }
      if (surplus-- > 0) DataFile.#byPath.delete(file.path);
    }
  }

  get #isIdle(): boolean {
    return !this.#queue.isBusy && this.readers.size === 0 && !this.index.isBusy;
  }

  get appending(): Promise<void> | undefined {
    return this.#appending;
  }

  /** Opens the file for a consistent read. `label` is how messages name it. */
  open(layout: Layout): Promise<Table> {
    return Table.open(this.path, layout, this);
  }

  /** Applies a change and waits until it is on disk; see {@link WriteQueue.submit}. */
  submit(change: Change, layout: Layout, signal: AbortSignal): Promise<string> {
    return this.#queue.submit(change, layout, signal);
  }

  /** Runs one task on the historical copies at a time. */
  withCopies<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#copies.then(task, task);
    this.#copies = run.catch(() => undefined);
    return run;
  }

  async #commit(changes: readonly Change[], layout: Layout): Promise<readonly Outcome[]> {
    const lock = await beforeWriting(lockFile(`${this.path}.lock`));
    const hooks: CommitHooks = { assertAllowed: () => lock.assertHeld(), appending: (append) => this.#append(append) };
    try {
      if (!this.#tidied) await removeAbandoned(this.path, true);
      this.#tidied = true;
      for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
        const outcomes = await this.#attempt(changes, layout, hooks);
        if (outcomes !== undefined) return outcomes;
      }
      throw changedMeanwhile(this.path, 'a change to it was prepared; nothing was written');
    } finally {
      await lock.release();
    }
  }

  /** Undefined when the file was changed from outside before anything was written. */
  async #attempt(changes: readonly Change[], layout: Layout, hooks: CommitHooks): Promise<readonly Outcome[] | undefined> {
    const table = await beforeWriting(Table.open(this.path, layout));
    try {
      const lookup = await this.index.lookup(table, () => new Set(changes.flatMap((change) => uidsOf(change, table))), NEVER);
      const plan = new Plan(table, lookup);
      const outcomes = await applyAll(changes, plan);
      const commit = await writePlan(this.path, plan, hooks);
      if (commit !== undefined) this.index.follow(table, commit);
      return outcomes;
    } catch (error) {
      if (!isMoved(error)) throw error;
      this.index.forget();
      return undefined;
    } finally {
      await table.close();
    }
  }

  async #append(append: Append): Promise<FileIdentity> {
    const told = append().then(({ before, after }) => {
      for (const reader of this.readers) if (sameInode(reader.identity, after)) reader.acceptAppend(before, after);
      return after;
    });
    this.#appending = told.then(() => undefined, () => undefined);
    try {
      return await told;
    } finally {
      this.#appending = undefined;
    }
  }
}

/** A change that cannot be applied fails alone; a file that moved fails the attempt. */
async function applyAll(changes: readonly Change[], plan: Plan): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const change of changes) {
    try {
      outcomes.push({ uid: await change.apply(plan) });
    } catch (error) {
      if (isMoved(error)) throw error;
      outcomes.push({ error: asError(error) });
    }
  }
  return outcomes;
}

function uidsOf(change: Change, table: Table): readonly string[] {
  try {
    return change.uids(table.columns);
  } catch {
    // Applying it gives the same error, to its caller alone.
    return [];
  }
}
