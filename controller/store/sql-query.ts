import type { QueryEnd, QueryRequest, Resource } from '../crest/request.js';
import { badRequest, notSupported } from '../crest/resource-error.js';
import type { QueryFilter } from '../crest/query-filter.js';
import { BoundValues, filterSql, type SpecialComparison } from './filter-sql.js';
import type { Database } from './database/database.js';

/** What a query is of. SQL texts are ours, never a caller's. */
export interface QuerySource<Row extends object> {
  readonly table: string;
  /** Columns of a row. */
  readonly select: string;
  /** A unique column that rows are in the order of, and its type; the cookie of a page is its last value. */
  readonly key: string;
  readonly keyType: string;
  readonly isKey: (text: string) => boolean;
  /** Expression of type jsonb that filters and sort keys see. */
  readonly content: string;
  readonly special?: SpecialComparison;
  readonly toResource: (row: Row) => Resource;
  readonly keyOf: (row: Row) => string;
  /** A condition all rows have to meet. */
  readonly within?: (bound: BoundValues) => string;
}

const BATCH = 500;
const OFFSET = /^\d{1,12}$/;
const EVERYTHING: QueryFilter = { kind: 'literal', value: true };

/** Rows for the filter of a request, page by page or all of them as they are read. */
export async function* queryRows<Row extends object>(database: Database, source: QuerySource<Row>, request: QueryRequest, signal: AbortSignal): AsyncGenerator<Resource, QueryEnd, void> {
  const bound = new BoundValues();
  const conditions = [...(source.within === undefined ? [] : [source.within(bound)]), filterSql(filterOf(request), source.content, bound, source.special)];
  const total = request.totalPagedResultsPolicy === 'NONE' ? -1 : await countOf(database, source, conditions, bound);
  const end = (pagedResultsCookie: string | null): QueryEnd => ({ pagedResultsCookie, totalPagedResultsPolicy: total === -1 ? 'NONE' : 'EXACT', totalPagedResults: total, remainingPagedResults: -1 });
  const { text, offset } = statement(source, request, conditions, bound);
  if (request.pageSize === 0) {
    for await (const rows of database.stream<Row>(text, bound.values, { batch: BATCH, signal })) for (const row of rows) yield source.toResource(row);
    return end(null);
  }
  const rows = await database.query<Row>(`${text} LIMIT ${bound.bind(request.pageSize + 1)}::int8`, bound.values);
  const page = rows.slice(0, request.pageSize);
  for (const row of page) yield source.toResource(row);
  const last = page.at(-1);
  if (last === undefined || rows.length <= page.length) return end(null);
  return end(request.sortKeys.length > 0 ? String(offset + page.length) : source.keyOf(last));
}

/** The cookie of a sorted query says how many rows went before; otherwise behind which row to go on. */
function statement<Row extends object>(source: QuerySource<Row>, request: QueryRequest, conditions: readonly string[], bound: BoundValues): { readonly text: string; readonly offset: number } {
  const { sortKeys, pagedResultsCookie: cookie = '' } = request;
  const isSorted = sortKeys.length > 0;
  if (cookie !== '' && !(isSorted ? OFFSET.test(cookie) : source.isKey(cookie))) throw badRequest('_pagedResultsCookie is none of this query');
  const offset = request.pagedResultsOffset + (isSorted ? Number(cookie) : 0);
  const behind = cookie === '' || isSorted ? [] : [`${source.key} > ${bound.bind(cookie)}::${source.keyType}`];
  const order = sortKeys.map(({ pointer, ascending }) => `lower(${source.content} #>> ${bound.bind(pointer)}::text[]) COLLATE "C" ${ascending ? 'ASC' : 'DESC'}`);
  const text = `SELECT ${source.select} FROM ${source.table} WHERE ${[...conditions, ...behind].join(' AND ')} ORDER BY ${[...order, source.key].join(', ')}${offset > 0 ? ` OFFSET ${bound.bind(offset)}::int8` : ''}`;
  return { text, offset };
}

function filterOf({ by }: QueryRequest): QueryFilter {
  if (by.kind === 'filter') return by.filter;
  if (by.kind === 'id' && (by.id === 'query-all' || by.id === 'query-all-ids')) return EVERYTHING;
  throw notSupported('Only _queryFilter and the query ids query-all and query-all-ids are supported here');
}

async function countOf<Row extends object>(database: Database, { table }: QuerySource<Row>, conditions: readonly string[], bound: BoundValues): Promise<number> {
  const [row] = await database.query<{ readonly rows: number }>(`SELECT count(*) AS rows FROM ${table} WHERE ${conditions.join(' AND ')}`, bound.values);
  return row?.rows ?? 0;
}
