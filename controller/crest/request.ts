import type { JsonObject, JsonValue } from './json.js';
import type { Fields } from './projection.js';
import type { PatchOperation } from './patch.js';
import type { QueryFilter } from './query-filter.js';
import type { CountPolicy, TraceSpan } from '../../protocol/model/index.js';
import type { Resource } from '../../protocol/crest/resource.js';

export type { Resource };

export interface SortField {
  readonly pointer: readonly string[];
  readonly ascending: boolean;
}

interface RequestBase {
  /** Path segments after the context path, percent-decoded. A handler takes off what it was routed by. */
  readonly path: readonly string[];
  readonly fields: Fields;
  /** Query parameters that CREST does not define; names as sent. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What to find: exactly one of the three. */
export type QueryBy =
  | { readonly kind: 'filter'; readonly filter: QueryFilter }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'expression'; readonly expression: string };

export type QueryRequest = RequestBase & {
  readonly kind: 'query';
  readonly by: QueryBy;
  readonly sortKeys: readonly SortField[];
  /** 0 = no paging. */
  readonly pageSize: number;
  /** Undefined: not given; it may be given and empty. */
  readonly pagedResultsCookie: string | undefined;
  readonly pagedResultsOffset: number;
  readonly totalPagedResultsPolicy: CountPolicy;
};

/** How a PUT or POST means its body: make a new one, change what is there, or whichever applies. */
export type WriteMode = 'create' | 'update' | 'upsert';

export type CrestRequest =
  | (RequestBase & { readonly kind: 'read' })
  | QueryRequest
  /** POST without `_action`, or with `_action=create` (`explicit`); the handler tells a collection from an instance. */
  | (RequestBase & { readonly kind: 'create'; readonly content: JsonObject; readonly explicit: boolean })
  | (RequestBase & { readonly kind: 'put'; readonly mode: WriteMode; readonly content: JsonObject; readonly revision: string | undefined })
  | (RequestBase & { readonly kind: 'patch'; readonly operations: readonly PatchOperation[]; readonly revision: string | undefined })
  | (RequestBase & { readonly kind: 'delete'; readonly revision: string | undefined })
  /** `content` undefined: no body. `by`: a query that came with it, for actions on what it finds. */
  | (RequestBase & { readonly kind: 'action'; readonly action: string; readonly content: JsonValue | undefined; readonly by?: QueryBy | undefined });

export type RequestOf<K extends CrestRequest['kind']> = Extract<CrestRequest, { kind: K }>;

export interface CallerContext {
  /** Fires when the caller is gone or the request took too long. */
  readonly signal: AbortSignal;
  readonly caller: string;
  readonly roles?: readonly string[] | undefined;
  /** The session whose cookie came along. */
  readonly session?: { readonly id: string; readonly endsAt: number; readonly method: 'password' | 'oidc' } | undefined;
  /** Answers with this cookie and none else. */
  readonly setCookie?: ((cookie: string) => void) | undefined;
  /** Network address. */
  readonly from?: string | undefined;
  readonly transactionId: string;
  /** `X-OpenIDM-Reauth-Password`, decoded. */
  readonly reauthPassword?: string | undefined;
  /** Milliseconds until the request has taken too long; see CallContext. */
  readonly timeLeft?: (() => number) | undefined;
  /** For requests that may rightly take longer than others. */
  readonly withoutDeadline?: (() => void) | undefined;
  /** Of the request, where tracing is on. */
  readonly span?: TraceSpan | undefined;
}

export interface QueryEnd {
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResultsPolicy: CountPolicy;
  /** -1 unknown. */
  readonly totalPagedResults: number;
  readonly remainingPagedResults: number;
}

/** Text that is not JSON, pulled as the caller takes it. */
export interface FileAnswer {
  readonly kind: 'file';
  readonly contentType: string;
  /** What a browser would save it as. */
  readonly fileName: string;
  readonly chunks: AsyncGenerator<string, void, void>;
}

export type CrestAnswer =
  | FileAnswer
  /** `createdAt`: the path of a resource that was just made. */
  | { readonly kind: 'resource'; readonly resource: Resource; readonly createdAt?: readonly string[] | undefined }
  | { readonly kind: 'query'; readonly rows: AsyncGenerator<Resource, QueryEnd, void> }
  /** Content undefined is answered with 204. */
  | { readonly kind: 'action'; readonly content: JsonValue | undefined };

export type RequestHandler = (request: CrestRequest, context: CallerContext) => Promise<CrestAnswer>;
