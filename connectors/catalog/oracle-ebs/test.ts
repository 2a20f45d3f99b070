import { readRows } from '../../engines/sql/read-rows.js';
import { sql } from '../../engines/sql/sql-text.js';
import type { Call } from '../../framework/spi.js';
import type { EbsSession } from './connection.js';

/** The session is logged in; that the tables this connector lives on can be read is checked too. */
export async function test({ connection }: EbsSession, { signal }: Call): Promise<void> {
  await connection.ping(null, 0, signal);
  for (const table of [sql`FND_USER`, sql`FND_RESPONSIBILITY_VL`, sql`FND_USER_RESP_GROUPS_DIRECT`, sql`FND_RESPONSIBILITY`, sql`FND_APPLICATION`, sql`FND_SECURITY_GROUPS`]) {
    await readRows(connection, sql`select 1 from APPS.${table} where rownum = 1`, signal, 1);
  }
}
