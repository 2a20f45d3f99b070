/** What a statement may be given. Arrays are arrays in SQL, too; jsonb goes as text, with `$1::jsonb` in the statement. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array | readonly SqlValue[];

/**
 * Rows come the same from both kinds of database: text, varchar, numeric, date and uuid as text; int2, int4, float as number; int8 as
 * number, beyond 2^53 as bigint; bool as boolean; bytea as Uint8Array; json and jsonb parsed, whole numbers exact; timestamps as Date.
 */
export interface SqlRunner {
  /** Throws a SqlError for what the database refuses, a DatabaseUnavailable when it cannot be asked. */
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Many rows by few statements, all of them or none. */
  insertRows(table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void>;
}

/** May be used until the work it was given to has ended. */
export interface Transaction extends SqlRunner {
  /** Several statements, without values: for migrations. */
  script(sql: string): Promise<void>;
}

export interface TableColumns {
  readonly table: string;
  /** `type` as in SQL: `text`, `jsonb`, `timestamptz`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Rows that are there already are left as they are. */
  readonly skipExisting?: boolean;
}

export interface StreamOptions {
  /** Rows held at a time. */
  readonly batch: number;
  readonly signal: AbortSignal;
}

/** Inside the work of a transaction only that transaction may be used: the database refuses, because it would wait for itself. */
export interface Database extends SqlRunner {
  /**
   * BEGIN … COMMIT; rolled back when `work` throws. Done again a few times after a deadlock or a serialization failure, so `work` has to
   * be repeatable. A DatabaseUnavailable with outcome `unknown` means that COMMIT was sent and not answered.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Rows pulled by a cursor of the server's, as they were when it began; others may write in between. Its end, by `return` too, closes the cursor. */
  stream<Row extends object>(sql: string, values: readonly SqlValue[], options: StreamOptions): AsyncIterable<readonly Row[]>;
  /**
   * One owner of the name across all processes for as long as `work` runs; undefined, without a call of `work`, when another has it.
   * `lease` fires when the ownership is lost, because the connection that holds it is gone.
   */
  exclusively<T>(name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined>;
  readonly kind: 'embedded' | 'postgresql';
  /** Waits for what is under way. Idempotent. */
  close(): Promise<void>;
}
