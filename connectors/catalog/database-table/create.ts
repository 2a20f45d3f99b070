import { Attribute, ConnectorError, NAME, PASSWORD, Uid, attributeKey } from '../../../protocol/model/index.js';
import type { Call, CreateRequest } from '../../framework/spi.js';
import { joinSql, sql } from '../../engines/sql/sql-text.js';
import { inTransaction } from '../../engines/sql/transaction.js';
import type { SqlColumn, SqlValue } from '../../engines/sql/values.js';
import { columnValue, emptied, takesEmptyText } from './column-value.js';
import { swallowed } from './errors.js';
import { textOf, valueOf } from './mapping.js';
import { requireAccount, withTable, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

/** Adds a row. Its uid is its key, as the database holds it. */
export async function create(session: DatabaseTableSession, request: CreateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const { enableEmptyString, returnGeneratedKeys } = session.config;
  return await withTable(session, call, request.attributes.map(({ name }) => name), async (table) => {
    const values = rowOf(table, request.attributes, enableEmptyString);
    const name = textOf(values.get(table.key) ?? null);
    const isKeyMade = name === undefined && table.key.generated;
    if (name === undefined && !(isKeyMade && returnGeneratedKeys)) throw noName(table, isKeyMade);
    try {
      const uid = await inserted(session, table, values, call) ?? name;
      if (uid !== undefined) return new Uid(uid);
      throw new ConnectorError('connector', `The row was added to ${table.name}, but the database did not tell the key it made (${table.key.name}).`, { outcome: 'applied' });
    } catch (error) {
      if (name !== undefined && swallowed(session, error, call)) return new Uid(name);
      throw error;
    }
  });
}

/** The key as the database tells it: PostgreSQL that of any row, others only one they have made themselves. */
async function inserted({ connection, config }: DatabaseTableSession, table: Table, values: ReadonlyMap<SqlColumn, SqlValue>, call: Call): Promise<string | undefined> {
  const columns = [...values.keys()];
  const into = joinSql(columns.map((column) => table.identifier(column)), ', ');
  const given = joinSql(columns.map((column) => table.typed(values.get(column) ?? null, column)), ', ');
  const isTold = config.returnGeneratedKeys && (!values.has(table.key) || table.dialect.generatedKeys === 'returning');
  const { generatedKeys } = await inTransaction(connection, call.signal, () => connection.insert(sql`insert into ${table.text} (${into}) values (${given})`, isTold ? [table.key.name] : [], call.signal));
  return textOf(valueOf([...generatedKeys[0]?.values() ?? []][0] ?? null, table.key));
}

function noName(table: Table, isKeyMade: boolean): ConnectorError {
  return new ConnectorError('invalidAttributeValue', isKeyMade
    ? `A new row of ${table.name} without ${NAME} gets its key (${table.key.name}) from the database, which is asked for it only with returnGeneratedKeys true.`
    : `A new row of ${table.name} needs ${NAME}, the value of its key column ${table.key.name}.`, { outcome: 'notApplied' });
}

function rowOf(table: Table, attributes: readonly Attribute[], enableEmptyString: boolean): ReadonlyMap<SqlColumn, SqlValue> {
  const values = new Map<SqlColumn, SqlValue>();
  for (const attribute of attributes) {
    const column = writableColumn(table, attribute);
    if (values.has(column)) throw twice(table, column);
    values.set(column, emptied(columnValue(attribute, column), column, table, enableEmptyString));
  }
  if (values.get(table.key) === null) values.delete(table.key);
  if (!enableEmptyString) return values;
  for (const column of table.columns) {
    if (!values.has(column) && column !== table.key && !column.generated && takesEmptyText(column, table)) values.set(column, '');
  }
  return values;
}

/** The column behind an attribute that is to be written. */
export function writableColumn(table: Table, { name }: Attribute): SqlColumn {
  const column = table.columnOf(name);
  if (column !== undefined) return column;
  const why = attributeKey(name) === attributeKey(PASSWORD) ? 'no passwordColumn is configured' : `its columns are ${table.columns.map((one) => one.name).join(', ')}`;
  throw new ConnectorError('invalidAttributeValue', `The table ${table.name} has no column for ${name}: ${why}.`, { outcome: 'notApplied' });
}

/** Such as `__NAME__` and the key column's own name: a mapping whose target property is the keyColumn does that. */
export function twice(table: Table, column: SqlColumn): ConnectorError {
  const advice = column === table.key ? ` It is the keyColumn, which ${NAME} stands for: let keyColumn name a column that is no target property of the mapping, or map that property to ${NAME} only.` : '';
  return new ConnectorError('invalidAttributeValue', `The column ${column.name} of ${table.name} was given twice.${advice}`, { outcome: 'notApplied' });
}

