import type { Database, SqlValue, StreamOptions, TableColumns, Transaction } from '../database.js';
import type { DatabaseUnavailable } from '../database-errors.js';

import { requireOutsideTransaction, runTransaction, type Session } from '../run-transaction.js';
import { EmbeddedThread, type EmbeddedOptions } from './embedded-thread.js';
import { makeDatabase } from './make-database.js';
import { Turns } from './turns.js';

/**
 * PostgreSQL inside the controller (PGlite), for one controller on one data folder. It has one connection: statements and whole
 * transactions wait for one another; a stream does not hold the others up.
 */
export class EmbeddedDatabase implements Database {
  readonly kind = 'embedded';
  readonly #thread: EmbeddedThread;
  readonly #turns = new Turns();
  readonly #owned = new Set<string>();
  readonly #lost: AbortController;
  #cursors = 0;

  private constructor(thread: EmbeddedThread, lost: AbortController) {
    this.#thread = thread;
    this.#lost = lost;
  }

  /** The caller holds the lock of the data folder. `whenLost` is called when the thread dies. */
  static async open(options: EmbeddedOptions, whenLost: (error: DatabaseUnavailable) => void = () => undefined): Promise<EmbeddedDatabase> {
    const lost = new AbortController();
    if (options.folder !== undefined) await makeDatabase(options.folder, options.worker);
    const thread = await EmbeddedThread.start(options, (error) => {
      lost.abort(error);
      whenLost(error);
    });
    return new EmbeddedDatabase(thread, lost);
  }

  async query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    requireOutsideTransaction();
    return this.#turns.take(() => this.#session.query<Row>(sql, values));
  }

  async insertRows(table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    await this.transaction((tx) => tx.insertRows(table, rows));
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    requireOutsideTransaction();
    return runTransaction((use) => this.#turns.take(() => use(this.#session)), work, signal);
  }

  /** A cursor that is held outlives its transaction, so that others may have the connection between two batches. */
  async* stream<Row extends object>(sql: string, values: readonly SqlValue[], { batch, signal }: StreamOptions): AsyncGenerator<readonly Row[], void, void> {
    signal.throwIfAborted();
    const cursor = `stream_${this.#cursors += 1}`;
    await this.query(`DECLARE ${cursor} NO SCROLL CURSOR WITH HOLD FOR ${sql}`, values);
    try {
      for (;;) {
        signal.throwIfAborted();
        const rows = await this.query<Row>(`FETCH ${Math.trunc(batch)} FROM ${cursor}`);
        if (rows.length > 0) yield rows;
        if (rows.length < batch) return;
      }
    } finally {
      await this.#turns.take(() => this.#session.query(`CLOSE ${cursor}`)).catch(() => undefined);
    }
  }

  /** Nobody else can have this database: the lock of the data folder sees to that. */
  async exclusively<T>(name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.#lost.signal.throwIfAborted();
    if (this.#owned.has(name)) return undefined;
    this.#owned.add(name);
    try {
      return await work(this.#lost.signal);
    } finally {
      this.#owned.delete(name);
    }
  }

  async close(): Promise<void> {
    await this.#turns.take(() => this.#thread.close());
  }

  /** As if the thread had crashed; for tests of what happens then. */
  async kill(): Promise<void> {
    await this.#thread.kill();
  }

  readonly #session: Session = {
    query: async <Row extends object>(sql: string, values: readonly SqlValue[] = []) => await this.#thread.query(sql, values) as readonly Row[],
    script: async (sql) => { await this.#thread.query(sql, undefined); },
  };
}

