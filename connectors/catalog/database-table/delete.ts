import type { Call, DeleteRequest } from '../../framework/spi.js';
import { sql } from '../../engines/sql/sql-text.js';
import { inTransaction } from '../../engines/sql/transaction.js';
import { keyValue } from './column-value.js';
import { unknownUid } from './errors.js';
import { requireAccount, withTable, type DatabaseTableSession } from './session.js';
import { requireOne } from './update.js';

/** Takes the row out of the table. */
export async function remove(session: DatabaseTableSession, request: DeleteRequest, call: Call): Promise<void> {
  requireAccount(request.objectClass);
  const { connection } = session;
  await withTable(session, call, [], async (table) => {
    const key = keyValue(request.uid.value, table.key);
    if (key === undefined) throw unknownUid(table.name, request.uid.value);
    await inTransaction(connection, call.signal, async () => {
      const { rowCount } = await connection.execute(sql`delete from ${table.text} where ${table.exactly(table.key, key)}`, call.signal);
      requireOne(rowCount, table, request.uid.value);
    });
  });
}
