import type { StreamItems } from '../model/index.js';
import { protobuf } from '../generated/messages.js';
import { VARINT_BYTES, number, wrap } from './backward-fields.js';
import type { CodecLimits } from './limits.js';
import { fromConnectorObject, fromSyncDelta, toSyncDelta } from './protobuf-values.js';
import { encodeSearchPart } from './search-item.js';

/** Operations whose results carry sequence numbers. */
export type SequencedKind = 'search' | 'sync';
/** Results of a batch as they came. */
export type BatchedResults = readonly protobuf.ConnectorObject.$Properties[] | readonly protobuf.SyncDelta.$Properties[];

/** Protobuf tags (protocol section 4, and the extension's field). */
const TAG = {
  messageId: 0x08, response: 0x1a, operationResponse: 0x1a,
  searchOpResponse: 0x52, syncOpResponse: 0x5a, sync: 0x0a,
  sequence: 0x08, results: 1001 * 8 + 2,
} as const;

/** All tags, lengths and numbers around the results: what a batch takes more than they do. */
export const BATCH_ENVELOPE = 8 * (VARINT_BYTES + 1);

/** One result of a message that carries many (feature `results-batch`). */
export function encodeBatchPart<K extends SequencedKind>(kind: K, item: StreamItems[K]): Uint8Array {
  if (kind === 'search') return encodeSearchPart(item as StreamItems['search']);
  const delta = protobuf.SyncDelta.encode(toSyncDelta(item as StreamItems['sync'])).finish();
  const buffer = Buffer.allocUnsafe(BATCH_ENVELOPE + delta.length);
  buffer.set(delta, BATCH_ENVELOPE);
  return buffer.subarray(wrap(buffer, BATCH_ENVELOPE, buffer.length, TAG.results));
}

/** The frame of results `first`, `first + 1` and so on, each made by {@link encodeBatchPart}. */
export function encodeResultsBatch(id: number, kind: SequencedKind, first: number, parts: readonly Uint8Array[]): Uint8Array {
  let length = BATCH_ENVELOPE;
  for (const part of parts) length += part.length;
  const buffer = Buffer.allocUnsafe(length);
  let position = BATCH_ENVELOPE;
  for (const part of parts) {
    buffer.set(part, position);
    position += part.length;
  }
  let at = number(buffer, BATCH_ENVELOPE, first, TAG.sequence);
  if (kind === 'sync') at = wrap(buffer, at, length, TAG.sync);
  at = wrap(buffer, at, length, kind === 'sync' ? TAG.syncOpResponse : TAG.searchOpResponse);
  at = wrap(buffer, at, length, TAG.operationResponse);
  at = wrap(buffer, at, length, TAG.response);
  return buffer.subarray(number(buffer, at, id, TAG.messageId));
}

/** That the same search goes on behind result `sequence` with this paged results cookie (feature `bookmark`). */
export function encodeBookmark(id: number, sequence: number, bookmark: string): Uint8Array {
  return protobuf.RemoteMessage.encode({ messageId: id, response: { operationResponse: { searchOpResponse: { sequence, bookmark } } } }).finish();
}

/** One result of a batch. Throws a ConnectorError for one that cannot be decoded. */
export function decodeBatched<K extends SequencedKind>(kind: K, result: BatchedResults[number], limits: CodecLimits): StreamItems[K] {
  const item = kind === 'search' ? fromConnectorObject(result, limits) : fromSyncDelta(result, limits);
  return item as StreamItems[K];
}

/** A batch's results as frames of one each, with the number of each: for a requester who knows no batches. */
export function singleResults(id: number, { searchOpResponse, syncOpResponse }: protobuf.OperationResponse.$Properties): { readonly sequence: number; readonly frame: Uint8Array }[] {
  const single = (sequence: number, operationResponse: protobuf.OperationResponse.$Properties) =>
    ({ sequence, frame: protobuf.RemoteMessage.encode({ messageId: id, response: { operationResponse } }).finish() });
  const first = searchOpResponse?.sequence ?? syncOpResponse?.sync?.sequence ?? 0;
  return [
    ...(searchOpResponse?.results ?? []).map((connectorObject, index) => single(first + index, { searchOpResponse: { sequence: first + index, connectorObject } })),
    ...(syncOpResponse?.sync?.deltas ?? []).map((syncDelta, index) => single(first + index, { syncOpResponse: { sync: { sequence: first + index, syncDelta } } })),
  ];
}
