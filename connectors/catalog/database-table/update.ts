import { Attribute, ConnectorError, UID, Uid } from '../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { joinSql, sql } from '../../engines/sql/sql-text.js';
import { inTransaction } from '../../engines/sql/transaction.js';
import type { SqlColumn, SqlValue } from '../../engines/sql/values.js';
import { columnValue, emptied, keyValue } from './column-value.js';
import { twice, writableColumn } from './create.js';
import { swallowed, unknownUid } from './errors.js';
import { textOf } from './mapping.js';
import { requireAccount, withTable, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

/** Sets columns of a row; an attribute without value sets NULL. A new `__NAME__` renames the row. */
export async function update(session: DatabaseTableSession, request: UpdateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const { config, connection } = session;
  const attributes = request.attributes.filter((attribute) => !attribute.is(UID));
  return await withTable(session, call, attributes.map(({ name }) => name), async (table) => {
    const values = changesOf(table, attributes, config.enableEmptyString);
    const key = keyValue(request.uid.value, table.key);
    if (key === undefined) throw unknownUid(table.name, request.uid.value);
    const renamed = values.has(table.key) ? textOf(values.get(table.key) ?? null) : request.uid.value;
    if (renamed === undefined || renamed.trim() === '') throw new ConnectorError('invalidAttributeValue', `The key column ${table.key.name} of ${table.name} needs a value.`, { outcome: 'notApplied' });
    // Nothing to set: then only whether there is such a row.
    const set = values.size === 0 ? [sql`${table.identifier(table.key)} = ${table.identifier(table.key)}`] : [...values].map(([column, value]) => sql`${table.identifier(column)} = ${table.typed(value, column)}`);
    try {
      await inTransaction(connection, call.signal, async () => {
        const { rowCount } = await connection.execute(sql`update ${table.text} set ${joinSql(set, ', ')} where ${table.exactly(table.key, key)}`, call.signal);
        requireOne(rowCount, table, request.uid.value);
      });
    } catch (error) {
      if (!swallowed(session, error, call)) throw error;
    }
    return new Uid(renamed);
  });
}

function changesOf(table: Table, attributes: readonly Attribute[], enableEmptyString: boolean): ReadonlyMap<SqlColumn, SqlValue> {
  const values = new Map<SqlColumn, SqlValue>();
  for (const attribute of attributes) {
    const column = writableColumn(table, attribute);
    if (values.has(column)) throw twice(table, column);
    values.set(column, emptied(columnValue(attribute, column), column, table, enableEmptyString));
  }
  return values;
}

/** Thrown within the transaction, which takes everything back. */
export function requireOne(rowCount: number, table: Table, uid: string): void {
  if (rowCount === 0) throw unknownUid(table.name, uid);
  if (rowCount > 1) throw new ConnectorError('illegalArgument', `${rowCount} rows of ${table.name} have the key ${uid}, so none was changed: ${table.key.name}, the keyColumn, has to be unique.`, { outcome: 'notApplied' });
}
