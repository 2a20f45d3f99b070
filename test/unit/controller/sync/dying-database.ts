import type { Database, SqlValue, StreamOptions, TableColumns, Transaction } from '../../../../controller/store/database/database.js';
import { DatabaseUnavailable } from '../../../../controller/store/database/database-errors.js';

/** Counts what a process does, and ends it at a step: from there on nothing of it has an effect. */
export class Death {
  #left: number;
  isDead = false;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Throws when the process is dead, or dies here. */
  step(): void {
    this.#left -= 1;
    if (this.#left <= 0) this.isDead = true;
    if (this.isDead) throw new DatabaseUnavailable('the process is dead');
  }
}

/** A database as a process sees it that may die before each statement, before each COMMIT and after it. */
export class DyingDatabase implements Database {
  readonly kind: Database['kind'];
  readonly #database: Database;
  readonly #death: Death;

  constructor(database: Database, death: Death) {
    this.#database = database;
    this.#death = death;
    this.kind = database.kind;
  }

  async query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]> {
    this.#death.step();
    return this.#database.query<Row>(sql, values);
  }

  async insertRows(table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    this.#death.step();
    return this.#database.insertRows(table, rows);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#death.step();
    const done = await this.#database.transaction(async (tx) => {
      const result = await work(tx);
      this.#death.step();
      return result;
    }, signal);
    this.#death.step();
    return done;
  }

  stream<Row extends object>(sql: string, values: readonly SqlValue[], options: StreamOptions): AsyncIterable<readonly Row[]> {
    return this.#database.stream<Row>(sql, values, options);
  }

  exclusively<T>(name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return this.#database.exclusively(name, work);
  }

  async close(): Promise<void> { /* the one behind it is another's */ }
}
