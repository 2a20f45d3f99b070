import { ConnectorError } from '../../../protocol/model/index.js';
import { isJsonObject, type Json, type JsonObject } from './json.js';
import { onePage, type PageRequest, type Paging } from './paging/paging.js';
import type { RequestDetails, RestCall } from './rest-call.js';
import { methodOf, type Query, type RequestLine, type Variables } from './request-line.js';

/** A request that lists things, page by page. */
export interface ListEndpoint {
  readonly request: RequestLine;
  /** Path of the list in the answer. @default the answer itself */
  readonly items?: string;
  /** The service leaves an empty list out of its answers. @default false: such an answer is an error */
  readonly mayBeMissing?: boolean;
  /** @default the whole list is one answer */
  readonly paging?: Paging;
  /** Objects asked for at once, and the least and the most the service takes. @default 100 */
  readonly pageSize?: number | { readonly default: number; readonly min?: number; readonly max?: number };
  /** Pages are as large as the service makes them: a page of the caller's ends where one of the service's does, though it be short. */
  readonly ownPages?: boolean;
  /** Values of variables in the request besides the configuration's. */
  readonly variables?: Variables;
  /** Parameters of every page. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent as parameters, where those of a page are parts of something, such as conditions of one query. @default themselves */
  readonly parameters?: (page: Query) => Query;
  /** Body of the request, where a POST lists; by page. */
  readonly json?: (page: Query) => Json;
  /** As `json`, where the body is a form. */
  readonly form?: (page: Query) => Readonly<Record<string, string>>;
  /** The elements themselves, where no request lists them: `request` then only names the list in messages. */
  readonly made?: (call: RestCall) => Promise<readonly Json[]>;
  /** What an element is as an object of the class, where it lacks what it is listed of: a member its group, say. */
  readonly element?: (given: Json) => Json;
  /** What rate limits count it as. @default read, of a GET what the connector's own limits count it as */
  readonly kind?: string;
  /** Statuses that mean that the list is empty: 404 of a list of an object's own, say. */
  readonly empty?: readonly number[];
  /**
   * Makes the pages itself, instead of `request`: of a list that is made of several, or of none. `pagesFrom` reads those it is made of;
   * positions are its own.
   */
  readonly pages?: (call: RestCall, from: PageStart, details: ListDetails) => AsyncIterable<PagePart>;
}

/** Where a list goes on, undefined: at its beginning; and how many objects are asked for at once. */
export interface PageStart {
  readonly at: Json | undefined;
  readonly size: number;
}

export interface ListDetails {
  readonly variables?: Variables;
  /** Of this very search, e.g. its filter. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal;
}

const DEFAULT_PAGE_SIZE = 100;

/** What is asked for when the caller wants `wanted` objects; undefined: as many as there are. */
export function pageSizeOf({ pageSize = DEFAULT_PAGE_SIZE }: ListEndpoint, wanted?: number): number {
  if (typeof pageSize === 'number') return Math.min(wanted ?? pageSize, pageSize);
  const { default: usual, min = 1, max = usual } = pageSize;
  return Math.min(max, Math.max(min, wanted ?? usual));
}

/** Part of a page: what has arrived of it. */
export interface PagePart {
  readonly items: readonly Json[];
  /** The page they are in, and how many elements of it came before them. */
  readonly at: Json | undefined;
  readonly before: number;
  /** Where the page after this one is, once the page has come to its end; undefined: there is none. */
  readonly end?: { readonly next: Json | undefined };
}

/** One page, while it arrives; the last part, which may be empty, says where the next one is. */
async function* readPage(call: RestCall, endpoint: ListEndpoint, at: Json | undefined, size: number, details: ListDetails): AsyncGenerator<PagePart, void, void> {
  const { request, items: path = '', paging = onePage, empty = [], headers, mayBeMissing, element } = endpoint;
  const page = paging.request(at, size);
  // A GET is whatever the connector's own limits count it as; a POST that lists is no write.
  const kind = endpoint.kind ?? (methodOf(request) === 'GET' ? undefined : 'read');
  const arriving = call.items(page.request?.line ?? request, path, {
    ...pageDetails(endpoint, page, details), variables: { ...endpoint.variables, ...details.variables, ...page.variables }, headers: { ...headers, ...details.headers }, accept: empty, mayBeMissing, kind, signal: details.signal,
  });
  let count = 0;
  try {
    for (;;) {
      const step = await arriving.next();
      if (step.done === true) {
        const { json: body, headers: given } = step.value;
        const next = paging.after({ position: at, size, count, body, headers: given });
        yield { items: [], at, before: count, end: { next } };
        return;
      }
      yield { items: element === undefined ? step.value : step.value.map(element), at, before: count };
      count += step.value.length;
    }
  } finally {
    await arriving.return(undefined as never);
  }
}

/** What the request for one page says. */
export function pageDetails({ query: always, json, form, parameters }: ListEndpoint, page: PageRequest, { query: own }: ListDetails = {}): RequestDetails {
  if (page.url !== undefined) return { url: page.url };
  if (page.request !== undefined) return { json: page.request.json };
  const query = { ...always, ...own, ...page.query };
  if (form !== undefined) return { form: form(query) };
  return json === undefined ? { query: parameters?.(query) ?? query } : { json: json(query) };
}

/** Empty pages one after another; a service that gives more of them is not going to finish. */
const MOST_EMPTY = 1_000;

/** Notices a service that gives a page again, or says that the next page is where this one was. */
class PageChain {
  readonly #request: string;
  #first = '';
  #empty = 0;

  constructor(request: string) {
    this.#request = request;
  }

  /** Throws where it goes round in circles. */
  follow({ items: [item], before, at, end }: PagePart): void {
    if (before === 0 && item !== undefined) {
      const first = JSON.stringify(item, bigintAsText);
      if (first === this.#first) this.#stuck();
      this.#first = first;
    }
    if (end === undefined) return;
    this.#empty = before === 0 ? this.#empty + 1 : 0;
    if (end.next !== undefined && (JSON.stringify(end.next) === JSON.stringify(at) || this.#empty > MOST_EMPTY)) this.#stuck();
  }

  #stuck(): never {
    throw new ConnectorError('connector', `The service gives the same page of ${this.#request} again and again; the list cannot be read to its end.`);
  }
}

/** Page after page, each while it arrives. Rejects where the service never comes to an end: what it holds may be missing elsewhere. */
export async function* pagesFrom(call: RestCall, endpoint: ListEndpoint, from: PageStart, details: ListDetails = {}): AsyncGenerator<PagePart, void, void> {
  if (endpoint.pages !== undefined) {
    yield* endpoint.pages(call, from, details);
    return;
  }
  if (endpoint.made !== undefined) {
    const items = await endpoint.made(call);
    yield { items, at: undefined, before: 0 };
    yield { items: [], at: undefined, before: items.length, end: { next: undefined } };
    return;
  }
  const chain = new PageChain(endpoint.request);
  let { at } = from;
  do {
    let next: Json | undefined;
    for await (const part of readPage(call, endpoint, at, from.size, details)) {
      chain.follow(part);
      next = part.end?.next;
      yield part;
    }
    at = next;
  } while (at !== undefined);
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** The whole list. */
export async function* listed(call: RestCall, endpoint: ListEndpoint, details: ListDetails = {}): AsyncGenerator<readonly Json[], void, void> {
  for await (const { items } of pagesFrom(call, endpoint, { at: undefined, size: pageSizeOf(endpoint) }, details)) {
    if (items.length > 0) yield items;
  }
}

/** The objects of the whole list, held at once: of lists that are short. */
export async function allListed(call: RestCall, endpoint: ListEndpoint, details: ListDetails = { signal: call.signal }): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = [];
  for await (const page of listed(call, endpoint, details)) all.push(...page.filter(isJsonObject));
  return all;
}
