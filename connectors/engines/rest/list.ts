import { ConnectorError } from '../../../protocol/model/index.js';
import { valueAt, type Json } from './json.js';
import { onePage, type PageRequest, type Paging } from './paging/paging.js';
import type { RequestDetails, RestCall } from './rest-call.js';
import type { Query, RequestLine, Variables } from './request-line.js';

/** A request that lists things, page by page. */
export interface ListEndpoint {
  readonly request: RequestLine;
  /** Path of the list in the answer. @default the answer itself */
  readonly items?: string;
  /** @default the whole list is one answer */
  readonly paging?: Paging;
  /** Objects asked for at once, and the least and the most the service takes. @default 100 */
  readonly pageSize?: number | { readonly default: number; readonly min?: number; readonly max?: number };
  /** Parameters of every page. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body of the request, where a POST lists; by page. */
  readonly json?: (page: Query) => Json;
  /** Statuses that mean that the list is empty: 404 of a list of an object's own, say. */
  readonly empty?: readonly number[];
}

export interface ListDetails {
  readonly variables?: Variables;
  /** Of this very search, e.g. its filter. */
  readonly query?: Query;
  readonly signal?: AbortSignal;
}

export interface Page {
  readonly items: readonly Json[];
  /** Undefined: this was the last one. */
  readonly next: Json | undefined;
}

const DEFAULT_PAGE_SIZE = 100;

/** What is asked for when the caller wants `wanted` objects; undefined: as many as there are. */
export function pageSizeOf({ pageSize = DEFAULT_PAGE_SIZE }: ListEndpoint, wanted?: number): number {
  if (typeof pageSize === 'number') return Math.min(wanted ?? pageSize, pageSize);
  const { default: usual, min = 1, max = usual } = pageSize;
  return Math.min(max, Math.max(min, wanted ?? usual));
}

/** One page. Rejects where the answer has no list. */
export async function readPage(call: RestCall, endpoint: ListEndpoint, position: Json | undefined, size: number, details: ListDetails = {}): Promise<Page> {
  const { request, items = '', paging = onePage, empty = [], headers } = endpoint;
  const answer = await call.answer(request, { ...pageDetails(endpoint, paging.request(position, size), details), variables: details.variables, headers, accept: empty, kind: 'read', signal: details.signal });
  if (answer.status === 204 || empty.includes(answer.status)) return { items: [], next: undefined };
  const list = valueAt(answer.json, items);
  if (!isList(list)) throw new ConnectorError('connector', `The answer to ${request} has no list${items === '' ? '' : ` '${items}'`} in it.`);
  return { items: list, next: paging.after({ position, size, count: list.length, body: answer.json, headers: answer.headers }) };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function pageDetails({ query: always, json }: ListEndpoint, page: PageRequest, { query: own }: ListDetails): RequestDetails {
  if (page.url !== undefined) return { url: page.url };
  const query = { ...always, ...own, ...page.query };
  return json === undefined ? { query } : { json: json(query) };
}

/** Empty pages one after another; a service that gives more of them is not going to finish. */
const MOST_EMPTY = 1_000;

/**
 * Page after page. A service that gives a page again, or says that the next page is where this one was, is not followed for ever:
 * that rejects, since what it holds may be missing elsewhere.
 */
export async function* pagesFrom(call: RestCall, endpoint: ListEndpoint, from: { readonly position: Json | undefined; readonly size: number }, details: ListDetails = {}): AsyncGenerator<Page & { readonly position: Json | undefined }, void, void> {
  let { position } = from;
  let before = '';
  let empty = 0;
  for (;;) {
    const page = await readPage(call, endpoint, position, from.size, details);
    const fingerprint = page.items.length === 0 ? '' : JSON.stringify(page.items, bigintAsText);
    empty = page.items.length === 0 ? empty + 1 : 0;
    const repeats = (fingerprint !== '' && fingerprint === before) || (page.next !== undefined && JSON.stringify(page.next) === JSON.stringify(position)) || empty > MOST_EMPTY;
    if (repeats) throw new ConnectorError('connector', `The service gives the same page of ${endpoint.request} again and again; the list cannot be read to its end.`);
    before = fingerprint;
    yield { ...page, position };
    if (page.next === undefined) return;
    position = page.next;
  }
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** The whole list. */
export async function* listed(call: RestCall, endpoint: ListEndpoint, details: ListDetails = {}): AsyncGenerator<readonly Json[], void, void> {
  for await (const { items } of pagesFrom(call, endpoint, { position: undefined, size: pageSizeOf(endpoint) }, details)) {
    if (items.length > 0) yield items;
  }
}
