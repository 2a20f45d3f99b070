import type { Sorting } from '../../components/data-table.tsx';
import type { JsonObject, RestRequest } from '../../api/rest.ts';
import { collectionOf } from './object-collection.ts';

export const PAGE_SIZE = 25;

export type SystemObject = JsonObject & { readonly _id: string };

export interface ObjectSearch {
  readonly system: string;
  readonly type: string;
  readonly filter: string;
  readonly sorting: Sorting | undefined;
  /** Of the page before; undefined: the first page. */
  readonly cookie: string | undefined;
}

export function searchRequest({ system, type, filter, sorting, cookie }: ObjectSearch): RestRequest {
  const parameters = [
    ['_queryFilter', filter], ['_pageSize', String(PAGE_SIZE)],
    ...(sorting === undefined ? [] : [['_sortKeys', `${sorting.descending ? '-' : '+'}${sorting.key}`]]), ...(cookie === undefined ? [] : [['_pagedResultsCookie', cookie]]),
  ].map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`);
  return { method: 'GET', path: `${collectionOf(system, type)}?${parameters.join('&')}` };
}
