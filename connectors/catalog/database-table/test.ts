import type { Call } from '../../framework/spi.js';
import { readRows } from '../../engines/sql/read-rows.js';
import { sql } from '../../engines/sql/sql-text.js';
import { describedTable, type DatabaseTableSession } from './session.js';

/**
 * Checks all the configuration refers to: the login (the connection is open), the validation query, the table, the columns that
 * are named, and the right to read it. What may be written is found out by writing only.
 */
export async function test(session: DatabaseTableSession, call: Call): Promise<void> {
  const { config, connection } = session;
  await connection.ping(config.validationQuery, 0, call.signal);
  const table = await describedTable(session, call);
  await readRows(connection, sql`select ${table.identifier(table.key)} from ${table.text} where 1 = 0`, call.signal);
}
