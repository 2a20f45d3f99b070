import pg, { type ClientConfig, type PoolClient } from 'pg';
import Cursor from 'pg-cursor';
import type { Database, SqlValue, StreamOptions, TableColumns, Transaction } from '../database.js';
import { DatabaseUnavailable } from '../database-errors.js';
import { fitsOneStatement, insertPieces } from '../insert-rows.js';
import { parameterText } from '../parameter-text.js';
import { requireOutsideTransaction, runTransaction, type Session } from '../run-transaction.js';
import { columnTypes } from './column-types.js';
import { postgresqlFailure } from './postgresql-failure.js';
import { withLease } from './postgresql-lease.js';
import { clientConfig, type PostgresqlSettings } from './postgresql-settings.js';

/** A PostgreSQL server, which several controllers may share. A transaction and a stream each have a connection of the pool for themselves. */
export class PostgresqlDatabase implements Database {
  readonly kind = 'postgresql';
  readonly #config: ClientConfig;
  readonly #pool: pg.Pool;
  #closed: Promise<void> | undefined;

  private constructor(config: ClientConfig, poolSize: number) {
    this.#config = config;
    this.#pool = new pg.Pool({ ...config, max: poolSize, idleTimeoutMillis: 60_000, maxLifetimeSeconds: 3_600 });
    // Of a connection nobody uses at the moment: the pool has dropped it, and whoever needs one gets another.
    this.#pool.on('error', () => undefined);
  }

  /** Rejects with a DatabaseUnavailable when nobody answers there, or refuses the login. */
  static async open(settings: PostgresqlSettings): Promise<PostgresqlDatabase> {
    const database = new PostgresqlDatabase(await clientConfig(settings), settings.poolSize);
    try {
      await database.query('SELECT 1');
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async query<Row extends object>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    requireOutsideTransaction();
    return this.#lend((session) => session.query<Row>(sql, values));
  }

  async insertRows(table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    requireOutsideTransaction();
    if (fitsOneStatement(rows)) await this.#lend((session) => insertPieces((sql, values) => session.query(sql, values), table, rows));
    else await this.transaction((tx) => tx.insertRows(table, rows));
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    requireOutsideTransaction();
    return runTransaction((use) => this.#lend(use), work, signal);
  }

  async* stream<Row extends object>(sql: string, values: readonly SqlValue[], { batch, signal }: StreamOptions): AsyncGenerator<readonly Row[], void, void> {
    requireOutsideTransaction();
    signal.throwIfAborted();
    const client = await this.#connect();
    const cursor = client.query(new Cursor(sql, values.map(parameterText), { rowMode: 'array', types: columnTypes }));
    let failure: Error | undefined;
    try {
      for (;;) {
        signal.throwIfAborted();
        const rows = await readBatch<Row>(cursor, batch).catch((error: unknown) => { throw failure = postgresqlFailure(error); });
        if (rows.length > 0) yield rows;
        if (rows.length < batch) return;
      }
    } finally {
      if (failure === undefined) await cursor.close().catch((error: unknown) => { failure = postgresqlFailure(error); });
      release(client, failure);
    }
  }

  async exclusively<T>(name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return withLease(this.#config, name, work);
  }

  close(): Promise<void> {
    return this.#closed ??= this.#pool.end();
  }

  /** A connection after an unclear failure is not used again. */
  async #lend<T>(use: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let failure: Error | undefined;
    const ask = async <R>(question: () => Promise<R>): Promise<R> => {
      try {
        return await question();
      } catch (error) {
        const meant = postgresqlFailure(error);
        if (meant instanceof DatabaseUnavailable) failure = meant;
        throw meant;
      }
    };
    try {
      return await use({
        query: <Row extends object>(sql: string, values: readonly SqlValue[] = []) => ask(async () => (await client.query<Row & pg.QueryResultRow>(sql, values.map(parameterText))).rows as readonly Row[]),
        script: (sql) => ask(async () => { await client.query(sql); }),
      });
    } finally {
      release(client, failure);
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      const client = await this.#pool.connect();
      // Without a listener the end of a connection in use would be the end of the process; the statement under way tells of it.
      if (client.listenerCount('error') === 0) client.on('error', () => undefined);
      return client;
    } catch (error) {
      const { message } = postgresqlFailure(error);
      throw new DatabaseUnavailable(message.replace("The controller's database cannot be used: ", ''), { cause: error });
    }
  }
}

function readBatch<Row extends object>(cursor: Cursor, batch: number): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    cursor.read(batch, (error, rows, result) => {
      if (error instanceof Error) reject(error);
      else resolve(rows.map((row) => Object.fromEntries(result.fields.map(({ name }, index) => [name, row[index]])) as Row));
    });
  });
}

function release(client: PoolClient, failure: Error | undefined): void {
  client.release(failure);
}
