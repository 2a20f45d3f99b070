import { matchesFilter } from './evaluate-query-filter.js';
import type { JsonObject } from './json.js';
import type { QueryEnd, RequestOf, Resource } from './request.js';
import { badRequest } from './resource-error.js';

type Row = JsonObject & { readonly _id: string };

/** Rows in the order they come, filtered, in pages; a cookie is how many were shown. */
export async function* listedRows(rows: AsyncGenerator<Row, void, void>, { by, pageSize, pagedResultsCookie, pagedResultsOffset, sortKeys }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind === 'expression' || (by.kind === 'id' && by.id !== 'query-all-ids')) throw badRequest('Queries are by _queryFilter, or by _queryId=query-all-ids');
  if (sortKeys.length > 0) throw badRequest('What is newest comes first; _sortKeys is not supported');
  const from = pagedResultsOffset + cookieOf(pagedResultsCookie);
  const end = (cookie: string | null): QueryEnd => ({ pagedResultsCookie: cookie, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 });
  let found = 0;
  for await (const row of rows) {
    if (by.kind === 'filter' && !matchesFilter(by.filter, row)) continue;
    found += 1;
    if (found <= from) continue;
    if (pageSize > 0 && found > from + pageSize) return end(String(from + pageSize));
    yield { id: row._id, content: by.kind === 'id' ? {} : row };
  }
  return end(null);
}

function cookieOf(cookie = ''): number {
  if (!/^\d{0,9}$/.test(cookie)) throw badRequest('_pagedResultsCookie must be one that a page before has answered');
  return Number(cookie);
}
