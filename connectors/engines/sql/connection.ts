import type { SqlDialect } from './dialect.js';
import type { SqlText } from './sql-text.js';
import type { SqlColumn, SqlRow } from './values.js';

/**
 * One connection to a database, used by one operation at a time. Errors are the driver's; `translateSqlError`
 * (./sql-errors.ts) makes ConnectorErrors of them. An abort stops the statement in the database as well and leaves the
 * connection unusable: the pool closes sessions after an abort.
 */
export interface SqlConnection {
  readonly dialect: SqlDialect;
  /** Of the server, for dialects that differ by it: `15.18`. */
  readonly serverVersion: string;
  /** False: a transaction begins by itself before the next statement and lasts until `commit` or `rollback`, as with JDBC. */
  readonly autoCommit: boolean;
  readonly inTransaction: boolean;
  /** Closed, given up after an abort, or ended by the server or the network as far as its driver has noticed. */
  readonly isLost: boolean;
  /** Rows by chunks under backpressure: the next chunk is fetched when it is asked for; an early return closes the cursor. */
  rows(sql: SqlText, signal: AbortSignal, options?: { readonly fetchSize?: number }): AsyncGenerator<readonly SqlRow[], void, void>;
  /** A statement whose rows, if it has any, are not wanted. */
  execute(sql: SqlText, signal: AbortSignal): Promise<SqlOutcome>;
  /** An insert; the values the database made for the named columns come back as far as the dialect can tell them. */
  insert(sql: SqlText, keys: readonly string[], signal: AbortSignal): Promise<SqlOutcome>;
  /** Columns of a table, `name` or `schema.name`, as they are in the catalog; none: there is no such table. */
  columns(table: string, signal: AbortSignal): Promise<readonly SqlColumn[]>;
  begin(signal: AbortSignal): Promise<void>;
  commit(signal: AbortSignal): Promise<void>;
  rollback(signal: AbortSignal): Promise<void>;
  /** Rejects where the connection is not sound. `query` null or blank: the dialect's own. `timeout` in milliseconds, 0: none. */
  ping(query: string | null, timeout: number, signal: AbortSignal): Promise<void>;
  /** Never throws; what is under way is given up. */
  close(): Promise<void>;
}

export interface SqlOutcome {
  /** Rows changed; 0 for statements that change none. */
  readonly rowCount: number;
  /** One row of column to value for each row inserted, as far as the database tells. */
  readonly generatedKeys: readonly SqlRow[];
}
