import type { Json } from '../json.js';
import type { Query, RequestLine, Variables } from '../request-line.js';

/** What a page is asked for with: parameters of the list's request, or an address the service gave. */
export interface PageRequest {
  readonly query?: Query | undefined;
  /** Complete, or relative to the service's address; instead of the list's own request. */
  readonly url?: string | undefined;
  /** Another request of the service instead, with its body: where cursors have an endpoint of their own. */
  readonly request?: { readonly line: RequestLine; readonly json: Json } | undefined;
  /** Values of variables in the list's path. */
  readonly variables?: Variables | undefined;
}

/** One answer to a list's request, as a strategy sees it. */
export interface PageAnswer {
  /** Where this page was; undefined: the first. */
  readonly position: Json | undefined;
  /** Objects asked for, and objects that came. */
  readonly size: number;
  readonly count: number;
  /** The answer, without the list itself where that was streamed. */
  readonly body: Json;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** How a service divides a list. A position is JSON, goes into cookies, and means something to the strategy only. */
export interface Paging {
  /** Variables of the list's path that its requests give. */
  readonly variables?: readonly string[];
  request(position: Json | undefined, size: number): PageRequest;
  /** Where the next page is; undefined: there is none. */
  after(page: PageAnswer): Json | undefined;
}

/** The whole list is one answer. */
export const onePage: Paging = { request: () => ({}), after: () => undefined };

