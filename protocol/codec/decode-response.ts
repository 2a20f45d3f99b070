import { ConnectorError, type BatchEnd, type BatchItem, type OperationKind, type SingleResults, type StreamEnds, type StreamItems } from '../model/index.js';
import type { protobuf } from '../generated/messages.js';
import type { EncodedResponse } from '../message.js';
import { malformed, protocolError } from './codec-errors.js';
import type { SingleKind, StreamKind } from './encode-response.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './limits.js';
import { decodeConnectorObject, decodeSchema, decodeValue } from './object-stream/object-stream.js';
import { fromConnectorObject, fromSearchResult, fromSyncDelta, fromSyncToken, fromUid, streamOf } from './protobuf-values.js';

type Fields = protobuf.OperationResponse.$Properties;

/** What one response message of a single-result operation means. */
export interface ResultResponse<K extends SingleKind = SingleKind> {
  readonly type: 'result';
  readonly result: SingleResults[K];
}

/**
 * What one response message of a stream means. `sequence` is 0 where the protocol has none. A batch ends with
 * `batchComplete` or with an item that is `last`; its `batchToken` may come before or after that.
 */
export type StreamResponse<K extends StreamKind = StreamKind> =
  | { readonly type: 'item'; readonly item: StreamItems[K]; readonly sequence: number; readonly last: boolean }
  | { readonly type: 'end'; readonly end: StreamEnds[K]; readonly sequence: number }
  | { readonly type: 'acknowledgement' }
  | { readonly type: 'batchToken'; readonly token: BatchEnd }
  | { readonly type: 'batchComplete' };

export type DecodedResponse<K extends OperationKind> =
  K extends SingleKind ? ResultResponse<K> : K extends StreamKind ? StreamResponse<K> : never;

const UNKNOWN_RESPONSE = 'Unknown response message type';

function present<T>(message: T | null | undefined): T {
  if (message === null || message === undefined) throw protocolError(UNKNOWN_RESPONSE);
  return message;
}

type SingleDecoders = { readonly [K in SingleKind]: (response: Fields, limits: CodecLimits) => SingleResults[K] };

const singles: SingleDecoders = {
  test: ({ testOpResponse }) => { present(testOpResponse); },
  validate: ({ validateOpResponse }) => { present(validateOpResponse); },
  delete: ({ deleteOpResponse }) => { present(deleteOpResponse); },
  schema: ({ schemaOpResponse }, limits) => {
    const stream = streamOf(present(schemaOpResponse).schema);
    return stream === undefined ? null : decodeSchema(stream, limits);
  },
  create: ({ createOpResponse }) => fromUid(present(createOpResponse).uid),
  update: ({ updateOpResponse }) => fromUid(present(updateOpResponse).uid),
  get: ({ GetOpResponse }, limits) => {
    const stream = streamOf(present(GetOpResponse).connectorObject);
    return stream === undefined ? null : decodeConnectorObject(stream, limits);
  },
  authenticate: ({ authenticateOpResponse }) => fromUid(present(authenticateOpResponse).uid),
  resolveUsername: ({ resolveUsernameOpResponse }) => fromUid(present(resolveUsernameOpResponse).uid),
  scriptOnConnector: ({ scriptOnConnectorOpResponse }, limits) => scriptResult(present(scriptOnConnectorOpResponse).object, limits),
  scriptOnResource: ({ scriptOnResourceOpResponse }, limits) => scriptResult(present(scriptOnResourceOpResponse).object, limits),
  latestSyncToken: ({ syncOpResponse }, limits) => fromSyncToken(present(present(syncOpResponse).latestSyncToken).syncToken, limits),
};

function scriptResult(bytes: Uint8Array | null | undefined, limits: CodecLimits): SingleResults['scriptOnConnector'] {
  const stream = streamOf(bytes);
  return stream === undefined ? null : decodeValue(stream, limits);
}

type StreamDecoders = { readonly [K in StreamKind]: (response: Fields, limits: CodecLimits) => StreamResponse<K> };

const streams: StreamDecoders = {
  search: ({ searchOpResponse }, limits) => {
    const { sequence, connectorObject, result } = present(searchOpResponse);
    if (connectorObject) return { type: 'item', item: fromConnectorObject(connectorObject, limits), sequence: sequence ?? 0, last: false };
    return { type: 'end', end: result ? fromSearchResult(result) : undefined, sequence: sequence ?? 0 };
  },
  sync: ({ syncOpResponse }, limits) => {
    const { sequence, syncDelta, syncToken } = present(present(syncOpResponse).sync);
    if (syncDelta) return { type: 'item', item: fromSyncDelta(syncDelta, limits), sequence: sequence ?? 0, last: false };
    return { type: 'end', end: fromSyncToken(syncToken, limits) ?? undefined, sequence: sequence ?? 0 };
  },
  subscribeToObjects: ({ connectorEventSubscriptionOpResponse }, limits) => {
    const { connectorObject, completed } = present(connectorEventSubscriptionOpResponse);
    if (connectorObject) return { type: 'item', item: fromConnectorObject(connectorObject, limits), sequence: 0, last: completed ?? false };
    return completed ? { type: 'end', end: undefined, sequence: 0 } : { type: 'acknowledgement' };
  },
  subscribeToChanges: ({ syncEventSubscriptionOpResponse }, limits) => {
    const { syncDelta, completed } = present(syncEventSubscriptionOpResponse);
    if (syncDelta) return { type: 'item', item: fromSyncDelta(syncDelta, limits), sequence: 0, last: completed ?? false };
    return completed ? { type: 'end', end: undefined, sequence: 0 } : { type: 'acknowledgement' };
  },
  batch: ({ batchOpResult }) => batchResponse(present(batchOpResult)),
  queryBatch: ({ batchOpResult }) => batchResponse(present(batchOpResult)),
};

function batchResponse(result: protobuf.BatchOpResult.$Properties): StreamResponse<'batch'> {
  const complete = result.complete ?? false;
  if (result.uid || result.emptyResult) return { type: 'item', item: batchItem(result), sequence: 0, last: complete };
  if (complete) return { type: 'batchComplete' };
  if (result.taskId) throw malformed('a batch result has neither a uid nor an empty result.');
  const token: BatchEnd = {
    tokens: result.batchToken ?? [],
    queryRequired: result.queryRequired ?? false,
    asynchronousResults: result.asynchronousResults ?? false,
    returnsResults: result.returnsResults ?? false,
  };
  return { type: 'batchToken', token };
}

function batchItem(result: protobuf.BatchOpResult.$Properties): BatchItem {
  const taskId = result.taskId ?? '';
  if (!/^[0-9]{1,9}$/.test(taskId)) throw malformed('a batch result has a task id that is no index.');
  const uid = fromUid(result.uid);
  const message = result.emptyResult?.resultMessage ?? '';
  return {
    task: Number(taskId),
    ...(uid === null ? {} : { uid }),
    ...(result.error ? { error: new ConnectorError('connector', message) } : {}),
    ...(result.error || message === '' ? {} : { message }),
  };
}

function isSingle(kind: OperationKind): kind is SingleKind {
  return kind in singles;
}

/**
 * What a response means as the answer to an operation of that kind. Throws a ConnectorError when it answers another
 * operation or is broken; the request it answers has then failed.
 */
export function decodeResponse<K extends OperationKind>(kind: K, response: EncodedResponse, limits: CodecLimits = DEFAULT_CODEC_LIMITS): DecodedResponse<K> {
  const asked: OperationKind = kind;
  const decoded: ResultResponse | StreamResponse = isSingle(asked)
    ? { type: 'result', result: singles[asked](response.fields, limits) }
    : streams[asked](response.fields, limits);
  return decoded as DecodedResponse<K>;
}
