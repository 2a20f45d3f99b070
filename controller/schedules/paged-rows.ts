import { matchesFilter } from '../crest/evaluate-query-filter.js';
import type { JsonObject, JsonValue } from '../crest/json.js';
import { valueAt } from '../crest/json-pointer.js';
import type { QueryEnd, RequestOf, Resource } from '../crest/request.js';
import { badRequest, notSupported } from '../crest/resource-error.js';

type Row = JsonObject & { readonly _id: string };

/** What fits in memory, filtered, sorted and in pages; a cookie is the index of the next row. */
export async function* pagedRows(rows: readonly Row[], request: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  const found = sorted(selected(rows, request), request);
  const cookie = request.pagedResultsCookie ?? '';
  if (!/^\d{0,9}$/.test(cookie)) throw badRequest('_pagedResultsCookie must be one that a page before has answered');
  const from = request.pagedResultsOffset + Number(cookie);
  const to = request.pageSize === 0 ? found.length : Math.min(found.length, from + request.pageSize);
  for (const row of found.slice(from, to)) yield await Promise.resolve({ id: row._id, content: row });
  return { pagedResultsCookie: to < found.length ? String(to) : null, totalPagedResultsPolicy: 'EXACT', totalPagedResults: found.length, remainingPagedResults: Math.max(0, found.length - to) };
}

function selected(rows: readonly Row[], { by }: RequestOf<'query'>): readonly Row[] {
  if (by.kind === 'filter') return rows.filter((row) => matchesFilter(by.filter, row));
  if (by.kind === 'expression') throw notSupported('Queries are by _queryFilter, or by _queryId=query-all-ids');
  if (by.id !== 'query-all-ids') throw badRequest("only query-id of 'query-all-ids' is supported.");
  return rows.map(({ _id }) => ({ _id }));
}

function sorted(rows: readonly Row[], { sortKeys }: RequestOf<'query'>): readonly Row[] {
  return [...rows].sort((left, right) => {
    for (const { pointer, ascending } of sortKeys) {
      const order = compare(valueAt(left, pointer), valueAt(right, pointer));
      if (order !== 0) return ascending ? order : -order;
    }
    return sortKeys.length === 0 ? 0 : compare(left._id, right._id);
  });
}

function compare(left: JsonValue | undefined, right: JsonValue | undefined): number {
  const [first, second] = [comparable(left), comparable(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}

const comparable = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value));
