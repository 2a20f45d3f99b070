import { ACCOUNT, ConnectorError, type Chunks } from '../../../protocol/model/index.js';
import type { Call, OpenContext } from '../../framework/spi.js';
import type { SqlConnection } from '../../engines/sql/connection.js';
import { closeJdbcSession, jdbcIsAlive, jdbcReusable, openJdbcSession, type JdbcSession } from '../../engines/sql/jdbc-session.js';
import { Table } from './table.js';
import type { DatabaseTableConfig } from './validate.js';

/** One database connection of one configuration. */
export interface DatabaseTableSession {
  readonly config: DatabaseTableConfig;
  readonly jdbc: JdbcSession;
  readonly connection: SqlConnection;
  /** As it was when last looked at. */
  table: Table | undefined;
}

export async function open(config: DatabaseTableConfig, context: OpenContext): Promise<DatabaseTableSession> {
  const jdbc = await openJdbcSession(config, config.password, context);
  return { config, jdbc, connection: jdbc.connection, table: undefined };
}

export function close(session: DatabaseTableSession): Promise<void> {
  return closeJdbcSession(session.jdbc);
}

export function isAlive(session: DatabaseTableSession, signal: AbortSignal): Promise<boolean> {
  return jdbcIsAlive(session.jdbc, signal);
}

export function reusable(session: DatabaseTableSession, signal: AbortSignal): Promise<boolean> {
  return jdbcReusable(session.jdbc, signal);
}

/** Asks the database anew. */
export async function describedTable(session: DatabaseTableSession, { signal }: Call): Promise<Table> {
  const { config, connection } = session;
  session.table = new Table(config, connection.dialect, await connection.columns(config.table, signal));
  return session.table;
}

/**
 * The table, asked for once a connection; anew where it lacks a column that an attribute names, for somebody may have added it
 * since.
 */
async function currentTable(session: DatabaseTableSession, call: Call, attributes: readonly string[]): Promise<Table> {
  const known = session.table;
  return known !== undefined && attributes.every((name) => known.columnOf(name) !== undefined) ? known : await describedTable(session, call);
}

/** After an error the table is asked for anew: somebody may have taken a column away. */
export async function withTable<T>(session: DatabaseTableSession, call: Call, attributes: readonly string[], work: (table: Table) => Promise<T>): Promise<T> {
  const table = await currentTable(session, call, attributes);
  try {
    return await work(table);
  } catch (error) {
    session.table = undefined;
    throw error;
  }
}

/** As `withTable`, for what reads rows. */
export async function* overTable<T, E>(session: DatabaseTableSession, call: Call, attributes: readonly string[], read: (table: Table) => Chunks<T, E>): Chunks<T, E> {
  const table = await currentTable(session, call, attributes);
  try {
    return yield* read(table);
  } catch (error) {
    session.table = undefined;
    throw error;
  }
}

/** The Java connector knows accounts only. */
export function requireAccount(objectClass: string): void {
  if (objectClass.toUpperCase() === ACCOUNT) return;
  throw new ConnectorError('illegalArgument', `Operation requires ObjectClass ${ACCOUNT}, received ${objectClass}.`);
}
