import type { ConnectorKey } from './api-configuration.js';
import type { ApiOperation } from './api-operations.js';
import type { Attribute, Uid } from './attribute.js';
import type { ConnectorObject } from './connector-object.js';
import type { PermitTarget } from './connector-target.js';
import type { ConnectorError } from './errors.js';
import type { Filter } from './filter.js';
import type { GuardedString } from './guarded.js';
import type { OperationOptions } from './operation-options.js';
import type { Schema } from './schema.js';
import type { SearchResult } from './search-result.js';
import type { SyncDelta, SyncToken } from './sync.js';
import type { TraceSpan } from './tracing.js';
import type { IcfValue, Locale, Script } from './values.js';

export type UpdateType = 'REPLACE' | 'ADD' | 'REMOVE';
type WithOptions = { readonly options: OperationOptions };
type OnClass = WithOptions & { readonly objectClass: string };
type OnObject = OnClass & { readonly uid: Uid };

export type CreateOperation = OnClass & { readonly kind: 'create'; readonly attributes: readonly Attribute[] };
export type UpdateOperation = OnObject & { readonly kind: 'update'; readonly updateType: UpdateType; readonly attributes: readonly Attribute[] };
export type DeleteOperation = OnObject & { readonly kind: 'delete' };
export type ScriptArguments = ReadonlyMap<string, IcfValue>;

/** Operations answered by one result. */
export type SingleOperation =
  | { readonly kind: 'test' } | { readonly kind: 'validate' } | { readonly kind: 'schema' }
  | CreateOperation | UpdateOperation | DeleteOperation
  | (OnObject & { readonly kind: 'get' })
  | (OnClass & { readonly kind: 'authenticate'; readonly username: string; readonly password: GuardedString })
  | (OnClass & { readonly kind: 'resolveUsername'; readonly username: string })
  | (WithOptions & { readonly kind: 'scriptOnConnector' | 'scriptOnResource'; readonly script: Script; readonly scriptArguments: ScriptArguments })
  | { readonly kind: 'latestSyncToken'; readonly objectClass: string };

export interface SingleResults {
  test: void;
  validate: void;
  schema: Schema | null;
  create: Uid | null;
  update: Uid | null;
  delete: void;
  get: ConnectorObject | null;
  authenticate: Uid | null;
  resolveUsername: Uid | null;
  scriptOnConnector: IcfValue;
  scriptOnResource: IcfValue;
  latestSyncToken: SyncToken | null;
}

export type BatchTask = CreateOperation | (UpdateOperation & { readonly updateType: UpdateType }) | DeleteOperation;

/** Operations answered by a stream of items and one end value. */
export type StreamOperation =
  | (OnClass & { readonly kind: 'search'; readonly filter: Filter | undefined })
  | (OnClass & { readonly kind: 'sync'; readonly token: SyncToken | null })
  | (OnClass & { readonly kind: 'subscribeToObjects'; readonly filter: Filter | undefined })
  | (OnClass & { readonly kind: 'subscribeToChanges'; readonly token: SyncToken | null })
  | (WithOptions & { readonly kind: 'batch'; readonly tasks: readonly BatchTask[] })
  | (WithOptions & { readonly kind: 'queryBatch'; readonly tokens: readonly string[] });

/** Result of one task of a batch, in no particular order. */
export interface BatchItem {
  /** Index of the task in the request, from 0. */
  readonly task: number;
  readonly uid?: Uid | undefined;
  /** Set when the task failed. Only its text travels to a Java peer. */
  readonly error?: ConnectorError | undefined;
  /** What the connector said of a task that gives no uid, e.g. a delete. */
  readonly message?: string | undefined;
  /** The result of the last task of the request: a Java controller that is not told of it waits for more (protocol section 7.15). */
  readonly last?: boolean | undefined;
}

export interface BatchEnd {
  readonly tokens: readonly string[];
  /** Results must be fetched with `queryBatch`. */
  readonly queryRequired: boolean;
  readonly asynchronousResults: boolean;
  readonly returnsResults: boolean;
}

export interface StreamItems {
  search: ConnectorObject;
  sync: SyncDelta;
  subscribeToObjects: ConnectorObject;
  subscribeToChanges: SyncDelta;
  batch: BatchItem;
  queryBatch: BatchItem;
}

export interface StreamEnds {
  search: SearchResult | undefined;
  /** The token to store after a complete run; undefined keeps the last delta's. */
  sync: SyncToken | undefined;
  subscribeToObjects: undefined;
  subscribeToChanges: undefined;
  batch: BatchEnd;
  queryBatch: BatchEnd;
}

export type Operation = SingleOperation | StreamOperation;
export type OperationKind = Operation['kind'];

/** What every operation is called with besides its arguments. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly locale?: Locale | undefined;
  /** Identifies the operation on both ends' logs. */
  readonly operationId?: string | undefined;
  /** Milliseconds the caller still allows, asked for when a request is sent; Infinity or absent: no limit of its own. */
  readonly timeLeft?: (() => number) | undefined;
  /** The id belongs to this one write: who executes it does so at most once, and answers what became of it when it comes again. */
  readonly once?: boolean | undefined;
  /**
   * Milliseconds to learn what became of the write when its answer is lost, whatever time it had itself.
   * @default what is left of its own timeout; half a minute where it has none
   */
  readonly outcomePatience?: number | undefined;
  /** Numbers in the request of the tasks of a batch, where some were taken out on the way. @default their indexes */
  readonly taskNumbers?: readonly number[] | undefined;
  /** Called by a subscription, once, from when on no change is missed: the requester may be told. */
  readonly onSubscribed?: (() => void) | undefined;
  /**
   * Called by a search between two results: the same search with this paged results cookie goes on right behind the results
   * given so far, at any agent with the same target. A search that cannot go on elsewhere never calls it.
   */
  readonly onBookmark?: ((cookie: string) => void) | undefined;
  /** Asked by a connector before it goes where its configuration alone would not lead it. Undefined: anywhere. */
  readonly permitTarget?: PermitTarget | undefined;
  /** What is done for the operation is traced as children of it. Undefined: nobody traces. */
  readonly span?: TraceSpan | undefined;
  /** Of an operation that came from elsewhere: the `traceparent` its requester sent, unchecked. Good for tracing only. */
  readonly traceParent?: string | undefined;
}

/**
 * A connector bound to one configuration, whether it runs in this process or at the other end of a session. Results are
 * pulled by the consumer; leaving the generator early (`return`) cancels the operation and frees what it holds. Every
 * failure is a {@link ConnectorError}.
 */
export interface ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]>;
  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>;
}

/** The API operation that has to be supported for each kind. */
export const API_OPERATION_OF: Readonly<Record<OperationKind, ApiOperation>> = {
  test: 'TestApiOp', validate: 'ValidateApiOp', schema: 'SchemaApiOp', create: 'CreateApiOp', update: 'UpdateApiOp',
  delete: 'DeleteApiOp', get: 'GetApiOp', authenticate: 'AuthenticationApiOp', resolveUsername: 'ResolveUsernameApiOp',
  scriptOnConnector: 'ScriptOnConnectorApiOp', scriptOnResource: 'ScriptOnResourceApiOp', latestSyncToken: 'SyncApiOp',
  search: 'SearchApiOp', sync: 'SyncApiOp', subscribeToObjects: 'ConnectorEventSubscriptionApiOp',
  subscribeToChanges: 'SyncEventSubscriptionApiOp', batch: 'BatchApiOp', queryBatch: 'BatchApiOp',
};
