import type { Database, SqlRunner, SqlValue, StreamOptions, TableColumns, Transaction } from '../../store/database/database.js';
import type { ObjectSet } from '../object-set.js';
import type { RunRecord } from './run-store.js';

/** A run, and the how manieth of its carriers this is. */
export type HeldRun = Pick<RunRecord, 'number' | 'carrier' | 'id'>;

/** Another controller carries the run out: this one lost its lease without hearing of it, and has nothing more to say about the run. */
export class RunTaken extends Error {
  override readonly name = 'RunTaken';

  constructor({ id, carrier }: HeldRun) {
    super(`Reconciliation ${id} was taken on by another controller (this was its carrier number ${carrier}); what this one had under way is not stored`);
  }
}

/** Milliseconds for which it is believed that the run is still this controller's. One that was paused finds that it was longer ago. */
const BELIEVED = 1_000;
const READ = /^\s*select\b/i;

/**
 * A run's hold on what it writes to: its database refuses, in the transaction of each write, when somebody else has taken the run on, and
 * its target is asked for nothing more then. The lease alone says so too late: a paused process does not hear of its loss.
 */
export class RunHold {
  readonly #database: Database;
  readonly #run: HeldRun;
  #provenAt = -Infinity;

  constructor(database: Database, run: HeldRun) {
    this.#database = database;
    this.#run = run;
  }

  /** The same database, for what is written about the run. Reads that begin with `select` go past the check. */
  database(): Database {
    const base = this.#database;
    const transaction = <T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> => base.transaction(async (tx) => {
      await this.#prove(tx);
      return work(tx);
    }, signal);
    return {
      kind: base.kind, transaction,
      query: <Row extends object>(sql: string, values?: readonly SqlValue[]) => (READ.test(sql) ? base.query<Row>(sql, values) : transaction((tx) => tx.query<Row>(sql, values))),
      insertRows: (table: TableColumns, rows: readonly (readonly SqlValue[])[]) => transaction((tx) => tx.insertRows(table, rows)),
      stream: <Row extends object>(sql: string, values: readonly SqlValue[], options: StreamOptions) => base.stream<Row>(sql, values, options),
      exclusively: (name, work) => base.exclusively(name, work),
      close: () => base.close(),
    };
  }

  /** The same target; its writes are not begun once the signal has fired or the run is somebody else's. */
  target(set: ObjectSet): ObjectSet {
    const before = async (signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted();
      if (performance.now() - this.#provenAt > BELIEVED) await this.#prove(this.#database);
      signal.throwIfAborted();
    };
    return {
      name: set.name, isOwn: set.isOwn, changes: set.changes,
      get definition() { return set.definition; },
      query: set.query.bind(set), read: set.read.bind(set), named: set.named.bind(set),
      create: async (content, signal) => before(signal).then(() => set.create(content, signal)),
      update: async (id, content, revision, signal) => before(signal).then(() => set.update(id, content, revision, signal)),
      delete: async (id, signal) => before(signal).then(() => set.delete(id, signal)),
    };
  }

  /** In a transaction: whoever takes the run on waits for its end. Throws a {@link RunTaken}. */
  async #prove(runner: SqlRunner): Promise<void> {
    const asked = performance.now();
    // Not in the way of updates of the row: those of its progress go on meanwhile.
    const held = await runner.query('select run_no from recon_run where run_no = $1 and carrier = $2 and ended is null for key share', [this.#run.number, this.#run.carrier]);
    if (held.length === 0) throw new RunTaken(this.#run);
    this.#provenAt = asked;
  }
}
