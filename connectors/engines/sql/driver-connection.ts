import { settledWithin, systemClock } from '../../framework/clock.js';
import type { SqlOutcome } from './connection.js';
import type { RenderedSql } from './sql-text.js';
import type { SqlRow, SqlValue } from './values.js';

/**
 * What ./dialect-connection.ts needs of a driver; one file each in ./drivers. A driver neither knows abort signals nor keeps
 * track of transactions. It converts values both ways (./values.ts) and lets its library's errors through.
 */
export interface DriverConnection {
  readonly serverVersion: string;
  /** The server or the network has ended it, as far as the library has noticed. */
  readonly isLost: boolean;
  /** Sends the query. Nothing more is read ahead than the library cannot help. */
  open(query: RenderedSql, fetchSize: number): Promise<DriverCursor>;
  run(statement: RenderedSql): Promise<SqlOutcome>;
  /** As `run`, for an insert of one row whose generated values the library can tell without a change of the statement. */
  runForKeys?(statement: RenderedSql, keys: readonly string[]): Promise<SqlOutcome>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Has the server stop what is under way. The connection is closed next. Never throws. */
  cancel(): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

export interface DriverCursor {
  /** The next rows, at most `fetchSize`; undefined at the end. */
  next(): Promise<readonly SqlRow[] | undefined>;
  /** Lets the rest go, so that the connection can be used again. Also after the end. */
  close(): Promise<void>;
}

const GOODBYE_LIMIT = 2_000;

/** Waits for a server's answer to a goodbye, but not for ever: it may be gone. Never rejects. */
export async function saidGoodbye(goodbye: Promise<unknown>): Promise<void> {
  await settledWithin(systemClock, goodbye, GOODBYE_LIMIT);
}

/** The connection once its first statements have gone well; closed where they have not. */
export async function started<T extends DriverConnection & { start(): Promise<void> }>(connection: T): Promise<T> {
  try {
    await connection.start();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A row of the labels and values of one place each. A label that comes twice keeps its last value, as with JDBC's maps. */
export function rowOf(labels: readonly string[], values: readonly unknown[], convert: (value: unknown, index: number) => SqlValue): SqlRow {
  return new Map(labels.map((label, index) => [label, convert(values[index], index)]));
}
