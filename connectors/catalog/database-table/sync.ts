import { Attribute, ConnectorError, itemsOf, type Chunks, type IcfValue, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../framework/spi.js';
import { readRows } from '../../engines/sql/read-rows.js';
import { sql, type SqlText } from '../../engines/sql/sql-text.js';
import { SqlTemporal, type SqlColumn, type SqlRow, type SqlValue } from '../../engines/sql/values.js';
import { columnValue, keyValue } from './column-value.js';
import { RowMapper, textOf, valueOf } from './mapping.js';
import { overTable, requireAccount, withTable, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

/**
 * Rows whose change time is later than the token's, oldest first: creates and updates, for a deleted row leaves nothing to be
 * found. Without a token every row, those without a change time first. A token is a change time, as with Java; rows with the
 * same time carry `<time>><key>` but for the last of them, and rows without one `><key>`, so that a run which is broken off goes on
 * behind the last change whose token was stored. With inclusiveSync every row of the token's time is sent again anyhow.
 */
export function sync(session: DatabaseTableSession, request: SyncRequest, call: Call): Changes {
  return itemsOf(chunks(session, request, call));
}

async function* chunks(session: DatabaseTableSession, request: SyncRequest, call: Call): Chunks<SyncDelta, SyncToken | undefined> {
  requireAccount(request.objectClass);
  return yield* overTable(session, call, request.options.attributesToGet ?? [], (table) => changes(session, table, request, call));
}

async function* changes({ config, connection }: DatabaseTableSession, table: Table, request: SyncRequest, call: Call): Chunks<SyncDelta, SyncToken | undefined> {
  const column = changeColumn(table);
  const mapper = new RowMapper(table, config, request.options.attributesToGet, [column]);
  const tokens = new Tokens(request.token, config.inclusiveSync);
  for (const { where, order } of parts(table, column, request.token?.value ?? null, config.inclusiveSync)) {
    for await (const rows of connection.rows(sql`select ${mapper.list} from ${table.text} where ${where} order by ${order}`, call.signal)) {
      const told = rows.flatMap((row) => tokens.before(changeOf(mapper, row, request.objectClass)));
      if (told.length > 0) yield told;
    }
  }
  const last = tokens.last();
  if (last.length > 0) yield last;
  return tokens.reached ?? undefined;
}

/** Gives changes their tokens. What to give the last change shows with the next one, so one is held back. */
class Tokens {
  reached: SyncToken | null;
  readonly #isInclusive: boolean;
  #held: Change | undefined;

  constructor(from: SyncToken | null, isInclusive: boolean) {
    this.reached = from;
    this.#isInclusive = isInclusive;
  }

  before(next: Change): SyncDelta[] {
    const held = this.#held;
    this.#held = next;
    return held === undefined ? [] : [this.#told(held, labelOf(held.time) !== labelOf(next.time))];
  }

  last(): SyncDelta[] {
    return this.#held === undefined ? [] : [this.#told(this.#held, true)];
  }

  #told({ delta, time }: Change, isLastOfItsTime: boolean): SyncDelta {
    this.reached = { value: time !== null && (isLastOfItsTime || this.#isInclusive) ? time : `${labelOf(time)}>${delta.uid.value}` };
    return { ...delta, token: this.reached };
  }
}

/** `time` null: the row has no change time. */
interface Change { readonly delta: Omit<SyncDelta, 'token'>; readonly time: Time | null }
type Time = string | Exclude<SqlValue, SqlTemporal | null>;

function changeOf(mapper: RowMapper, row: SqlRow, objectClass: string): Change {
  const values = mapper.values(row);
  const object = mapper.object(values);
  return { delta: { kind: 'CREATE_OR_UPDATE', uid: object.uid, objectClass, object }, time: timeOf(values[1] ?? null) };
}

function labelOf(time: Time | null): string {
  return time instanceof Uint8Array ? Buffer.from(time).toString('hex') : textOf(time) ?? '';
}

/** Text of times; numbers as they are. */
function timeOf(value: SqlValue): Time | null {
  return value instanceof SqlTemporal ? value.text : value;
}

interface Part { readonly where: SqlText; readonly order: SqlText }

/** Databases differ in where they sort NULL, so rows without a change time, as long as they are still to come, are read by themselves. */
function parts(table: Table, column: SqlColumn, token: IcfValue, isInclusive: boolean): Part[] {
  const [time, key] = [table.identifier(column), table.identifier(table.key)];
  const order = sql`${time}, ${key}`;
  const at = typeof token === 'string' ? token.indexOf('>') : -1;
  const [until, behind] = typeof token === 'string' && at >= 0 ? [token.slice(0, at), token.slice(at + 1)] : [token, undefined];
  const last = behind === undefined ? undefined : keyValue(behind, table.key);
  const among = (where: SqlText): SqlText => (last === undefined ? where : sql`${where} and ${key} > ${table.typed(last, table.key)}`);
  if (until === null || until === '') return [...(column.nullable ? [{ where: among(sql`${time} is null`), order: key }] : []), { where: sql`${time} is not null`, order }];
  const since = table.typed(tokenValue(until, column), column);
  if (isInclusive) return [{ where: sql`${time} >= ${since}`, order }];
  return [{ where: last === undefined ? sql`${time} > ${since}` : sql`(${time} > ${since} or (${among(sql`${time} = ${since}`)}))`, order }];
}

const TIME = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Some databases take what is no time for the beginning of time, and would send everything. */
function tokenValue(token: IcfValue, column: SqlColumn): SqlValue {
  // Of binary values the label is hexadecimal.
  const given = column.kind === 'binary' && typeof token === 'string' ? Buffer.from(token, 'hex') : token;
  const value = columnValue(new Attribute('token', [given]), column);
  const text = value instanceof SqlTemporal ? value.text : value;
  if (column.kind !== 'text' && column.kind !== 'binary' && typeof text === 'string' && !TIME.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text)) {
    throw new ConnectorError('illegalArgument', `The sync token is no value of ${column.name} (${column.typeName}), the changeLogColumn. Reset the token, or correct changeLogColumn.`);
  }
  return typeof text === 'string' ? text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ') : value;
}

function changeColumn({ changeLog }: Table): SqlColumn {
  if (changeLog !== undefined) return changeLog;
  throw new ConnectorError('unsupportedOperation', 'Sync needs the property changeLogColumn: the column with the time of a row\'s latest change.');
}

/** The latest change time; null for a table without any. */
export async function latestSyncToken(session: DatabaseTableSession, objectClass: string, call: Call): Promise<SyncToken | null> {
  requireAccount(objectClass);
  return await withTable(session, call, [], async (table) => {
    const column = changeColumn(table);
    // Read as the column itself is: max() of a converted time would compare text.
    const query = sql`select ${table.dialect.read(sql`max(${table.identifier(column)})`, column)} as latest from ${table.text}`;
    const [row] = await readRows(session.connection, query, call.signal);
    const time = timeOf(valueOf([...row?.values() ?? []][0] ?? null, column));
    return time === null ? null : { value: time };
  });
}
