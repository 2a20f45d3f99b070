import { ConnectorError, LAST_PAGE, itemsOf, type Chunks, type ConnectorObject, type SearchResult } from '../../../protocol/model/index.js';
import type { Call, Results, SearchRequest } from '../../framework/spi.js';
import { readRows } from '../../engines/sql/read-rows.js';
import { joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlValue } from '../../engines/sql/values.js';
import { swallowed } from './errors.js';
import { keyValue } from './column-value.js';
import { askedUid, narrowed } from './filter.js';
import { RowMapper, textOf } from './mapping.js';
import { readPosition, writePosition, type PagePosition } from './page-cookie.js';
import { overTable, requireAccount, type DatabaseTableSession } from './session.js';
import type { Table } from './table.js';

const FETCH_SIZE = 500;

/** Rows as they are; pages in the order of the key. A page goes on behind the last key, so its cookie stays good. */
export function search(session: DatabaseTableSession, request: SearchRequest, call: Call): Results {
  return itemsOf(chunks(session, request, call));
}

async function* chunks(session: DatabaseTableSession, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  requireAccount(request.objectClass);
  try {
    return yield* overTable(session, call, request.options.attributesToGet ?? [], (table) => selected(session, table, request, call));
  } catch (error) {
    if (!swallowed(session, error, call)) throw error;
    return LAST_PAGE;
  }
}

interface Selection {
  readonly table: Table;
  readonly mapper: RowMapper;
  readonly conditions: readonly SqlText[];
}

function selected(session: DatabaseTableSession, table: Table, request: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  const { filter, options } = request;
  const mapper = new RowMapper(table, session.config, options.attributesToGet);
  const uid = askedUid(filter);
  if (uid !== undefined) return oneRow(session, { table, mapper, conditions: [] }, uid, options.pagedResultsOffset ?? 0, call);
  const condition = filter === undefined ? undefined : narrowed(filter, table);
  const selection = { table, mapper, conditions: condition === undefined ? [] : [condition] };
  const { pageSize = 0 } = options;
  return session.config.disablePaging || pageSize <= 0 ? everyRow(session, selection, call) : onePage(session, selection, request, call);
}

function statement({ table, mapper, conditions }: Selection, ending: SqlText = sql``): SqlText {
  const where = conditions.length === 0 ? sql`` : sql` where ${joinSql(conditions, ' and ')}`;
  return sql`select ${mapper.list} from ${table.text}${where}${ending}`;
}

async function* objects(session: DatabaseTableSession, mapper: RowMapper, query: SqlText, call: Call): Chunks<ConnectorObject, void> {
  for await (const rows of session.connection.rows(query, call.signal, { fetchSize: FETCH_SIZE })) {
    yield rows.map((row) => mapper.object(mapper.values(row)));
  }
}

async function* everyRow(session: DatabaseTableSession, selection: Selection, call: Call): Chunks<ConnectorObject, SearchResult> {
  yield* objects(session, selection.mapper, statement(selection), call);
  return LAST_PAGE;
}

/** A key the column cannot hold is no row's. */
async function* oneRow(session: DatabaseTableSession, { table, mapper }: Selection, uid: string, offset: number, call: Call): Chunks<ConnectorObject, SearchResult> {
  const key = keyValue(uid, table.key);
  if (key === undefined || offset > 0) return LAST_PAGE;
  for await (const found of objects(session, mapper, statement({ table, mapper, conditions: [table.exactly(table.key, key)] }), call)) {
    const same = found.filter((object) => object.uid.value === uid);
    if (same.length > 0) yield same;
  }
  return LAST_PAGE;
}

async function* onePage(session: DatabaseTableSession, selection: Selection, { options }: SearchRequest, call: Call): Chunks<ConnectorObject, SearchResult> {
  const { mapper } = selection;
  const { pageSize = 0, pagedResultsCookie } = options;
  const from = pagedResultsCookie === undefined ? await firstPage(session, selection, options.totalPagedResultsPolicy !== 'NONE', call) : readPosition(pagedResultsCookie);
  const offset = pagedResultsCookie === undefined ? Math.max(0, options.pagedResultsOffset ?? 0) : 0;
  const query = pageQuery(selection, from, pageSize + 1, offset);
  let left = pageSize;
  let last = from.key;
  let hasMore = false;
  for await (const rows of session.connection.rows(query, call.signal, { fetchSize: FETCH_SIZE })) {
    const ofPage = rows.slice(0, left).map((row) => mapper.object(mapper.values(row)));
    hasMore = rows.length > left;
    left -= ofPage.length;
    last = ofPage.at(-1)?.uid.value ?? last;
    if (ofPage.length > 0) yield ofPage;
  }
  const seen = from.seen + offset + pageSize - left;
  const counted = from.total < 0 ? LAST_PAGE : { ...LAST_PAGE, totalPagedResultsPolicy: 'EXACT' as const, totalPagedResults: from.total, remainingPagedResults: Math.max(0, from.total - seen) };
  return hasMore && last !== undefined ? { ...counted, pagedResultsCookie: writePosition({ key: last, seen, total: from.total }) } : counted;
}

function pageQuery({ table, mapper, conditions }: Selection, { key }: PagePosition, limit: number, skip: number): SqlText {
  const column = table.identifier(table.key);
  const behind = key === undefined ? [] : [sql`${column} > ${table.typed(requiredKey(key, table), table.key)}`];
  const ordered = statement({ table, mapper, conditions: [...conditions, ...behind] }, sql` order by ${column}`);
  return table.dialect.page(ordered, limit, skip);
}

function requiredKey(text: string, table: Table): SqlValue {
  const key = keyValue(text, table.key);
  if (key !== undefined) return key;
  throw new ConnectorError('illegalArgument', `The page cookie does not fit ${table.key.name} of ${table.name}. Start the search again without a cookie.`);
}

/** Counted once, on request, for all pages. */
async function firstPage(session: DatabaseTableSession, { table, conditions }: Selection, isCounted: boolean, call: Call): Promise<PagePosition> {
  if (!isCounted) return { key: undefined, seen: 0, total: -1 };
  const where = conditions.length === 0 ? sql`` : sql` where ${joinSql(conditions, ' and ')}`;
  const [row] = await readRows(session.connection, sql`select count(*) as total from ${table.text}${where}`, call.signal);
  return { key: undefined, seen: 0, total: Number(textOf([...row?.values() ?? []][0] ?? null) ?? -1) };
}
