import type { BatchEnd, BatchItem, ConnectorError, SingleOperation, SingleResults, StreamEnds, StreamItems, StreamOperation } from '../model/index.js';
import { protobuf } from '../generated/messages.js';
import { toErrorMessage, toExceptionMessage } from './error-message.js';
import { encodeConnectorObject, encodeSchema, encodeValue } from './object-stream/object-stream.js';
import { encodeSearchItem } from './search-item.js';
import { toConnectorObject, toSearchResult, toSyncDelta, toSyncToken, toUid } from './protobuf-values.js';

type Fields = protobuf.OperationResponse.$Properties;
export type SingleKind = SingleOperation['kind'];
export type StreamKind = StreamOperation['kind'];
export type SubscriptionKind = 'subscribeToObjects' | 'subscribeToChanges';

function frame(id: number, operationResponse: Fields): Uint8Array {
  return protobuf.RemoteMessage.encode({ messageId: id, response: { operationResponse } }).finish();
}

function uidField(uid: SingleResults['create']): { uid?: protobuf.Uid.$Properties } {
  return uid === null ? {} : { uid: toUid(uid) };
}

/** Each sub-message is there even when it is empty: a Java controller recognises the operation by it. */
const results: { readonly [K in SingleKind]: (result: SingleResults[K]) => Fields } = {
  test: () => ({ testOpResponse: {} }),
  validate: () => ({ validateOpResponse: {} }),
  schema: (schema) => ({ schemaOpResponse: schema === null ? {} : { schema: encodeSchema(schema) } }),
  create: (uid) => ({ createOpResponse: uidField(uid) }),
  update: (uid) => ({ updateOpResponse: uidField(uid) }),
  delete: () => ({ deleteOpResponse: {} }),
  get: (object) => ({ GetOpResponse: object === null ? {} : { connectorObject: encodeConnectorObject(object) } }),
  authenticate: (uid) => ({ authenticateOpResponse: uidField(uid) }),
  resolveUsername: (uid) => ({ resolveUsernameOpResponse: uidField(uid) }),
  scriptOnConnector: (value) => ({ scriptOnConnectorOpResponse: value === null ? {} : { object: encodeValue(value) } }),
  scriptOnResource: (value) => ({ scriptOnResourceOpResponse: value === null ? {} : { object: encodeValue(value) } }),
  latestSyncToken: (token) => ({ syncOpResponse: { latestSyncToken: token === null ? {} : { syncToken: toSyncToken(token) } } }),
};

/** The answer to an operation that has one. */
export function encodeSingleResult<K extends SingleKind>(id: number, kind: K, result: SingleResults[K]): Uint8Array {
  return frame(id, results[kind](result));
}

function batchItem(id: number, item: BatchItem): Uint8Array {
  const { task, uid, error, message, last } = item;
  const resultMessage = error?.message ?? message;
  const outcome = uid === undefined || error !== undefined
    ? { emptyResult: resultMessage === undefined ? {} : { resultMessage } }
    : { uid: toUid(uid) };
  return frame(id, { batchOpResult: { taskId: String(task), error: error !== undefined, ...(last === true ? { complete: true } : {}), ...outcome } });
}

type ItemEncoders = { readonly [K in StreamKind]: (id: number, item: StreamItems[K], sequence: number) => Uint8Array };

const items: ItemEncoders = {
  search: encodeSearchItem,
  sync: (id, delta, sequence) => frame(id, { syncOpResponse: { sync: { sequence, syncDelta: toSyncDelta(delta) } } }),
  subscribeToObjects: (id, object) => frame(id, { connectorEventSubscriptionOpResponse: { connectorObject: toConnectorObject(object) } }),
  subscribeToChanges: (id, delta) => frame(id, { syncEventSubscriptionOpResponse: { syncDelta: toSyncDelta(delta) } }),
  batch: batchItem,
  queryBatch: batchItem,
};

/** One item of a stream. `sequence` counts from 1; subscriptions and batches have none on the wire. */
export function encodeStreamItem<K extends StreamKind>(id: number, kind: K, item: StreamItems[K], sequence: number): Uint8Array {
  return items[kind](id, item, sequence);
}

function batchEnd({ tokens, queryRequired, asynchronousResults, returnsResults }: BatchEnd): Fields[] {
  return [
    { batchOpResult: { batchToken: [...tokens], queryRequired, asynchronousResults, returnsResults } },
    { batchOpResult: { complete: true } },
  ];
}

/** Extension; never sent to a Java peer. */
const completeField = (complete: boolean): { complete?: boolean } => (complete ? { complete } : {});

const ends: { readonly [K in StreamKind]: (end: StreamEnds[K], sequence: number, complete: boolean) => Fields[] } = {
  search: (result, sequence, complete) => [{ searchOpResponse: { sequence, ...(result === undefined ? {} : { result: toSearchResult(result) }), ...completeField(complete) } }],
  sync: (token, sequence, complete) => [{ syncOpResponse: { sync: { sequence, ...(token === undefined ? {} : { syncToken: toSyncToken(token) }), ...completeField(complete) } } }],
  subscribeToObjects: () => [{ connectorEventSubscriptionOpResponse: { completed: true } }],
  subscribeToChanges: () => [{ syncEventSubscriptionOpResponse: { completed: true } }],
  batch: batchEnd,
  queryBatch: batchEnd,
};

/**
 * The end of a stream, as the frames to send in order: one, or for a batch its token message and its end marker.
 * `sequence` is the number of items sent. `complete` (an extension, of search and sync): they are all there is.
 */
export function encodeStreamEnd<K extends StreamKind>(id: number, kind: K, end: StreamEnds[K], sequence: number, complete = false): Uint8Array[] {
  return ends[kind](end, sequence, complete).map((fields) => frame(id, fields));
}

/** The empty message by which an agent acknowledges a subscription, before any event (protocol section 7.7). */
export function encodeAcknowledgement(id: number, kind: SubscriptionKind): Uint8Array {
  return frame(id, kind === 'subscribeToObjects' ? { connectorEventSubscriptionOpResponse: {} } : { syncEventSubscriptionOpResponse: {} });
}

/** Class, message and up to four causes of a failure; never a stack trace (protocol section 7.16). `withOutcome`: the peer knows that extension. */
export function encodeError(id: number, error: ConnectorError, withOutcome = false): Uint8Array {
  const message = toErrorMessage(id, error);
  return protobuf.RemoteMessage.encode({ messageId: id, response: { error: toExceptionMessage(withOutcome ? message : { ...message, outcome: undefined }) } }).finish();
}
