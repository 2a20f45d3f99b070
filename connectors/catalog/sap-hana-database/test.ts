import { readRows } from '../../engines/sql/read-rows.js';
import { sql } from '../../engines/sql/sql-text.js';
import type { Call } from '../../framework/spi.js';
import type { HanaSession } from './connection.js';

/** The session is logged in; that the views this connector lives on can be read is checked too. */
export async function test({ connection }: HanaSession, { signal }: Call): Promise<void> {
  await connection.ping(null, 0, signal);
  for (const view of [sql`SYS.USERS`, sql`SYS.ROLES`, sql`SYS.PRIVILEGES`, sql`SYS.GRANTED_ROLES`, sql`SYS.GRANTED_PRIVILEGES`, sql`SYS.USER_PARAMETERS`, sql`SYS.SAML_USER_MAPPINGS`]) {
    await readRows(connection, sql`select 1 from ${view} limit 1`, signal, 1);
  }
}
