import type { StreamEnds, StreamItems, StreamOperation } from '../model/index.js';
import { decodeBatched, decodeResponse, type BatchedResults, type CodecLimits, type SequencedKind, type StreamResponse } from '../codec/index.js';
import type { EncodedResponse } from '../message.js';
import { BatchSorter, type BatchParts } from './batch-sorter.js';
import { isSequenced, isSubscription, type StreamKind } from './operation-kinds.js';
import type { OrderingBuffer } from './ordering-buffer.js';

/** Decoded when it is handed out, so that what waits is as large as it was on the wire. */
export type Buffer<K extends StreamKind> = OrderingBuffer<() => StreamItems[K], () => StreamEnds[K]>;

/** Puts the messages of one stream into its buffer, whichever way that kind of operation orders and ends them. */
export interface Sorter<K extends StreamKind> {
  sort(response: EncodedResponse, bytes: number, buffer: Buffer<K>): void;
  dispose(): void;
}

export interface SorterEvents {
  readonly onSubscribed?: (() => void) | undefined;
  /** Set where the peer has to say that a search or sync is complete: the error when it does not (feature `complete`). */
  readonly unproven?: (() => Error) | undefined;
  /** The search can be gone on with behind the result of this number (feature `bookmark`). */
  readonly onBookmark?: ((at: number, cookie: string) => void) | undefined;
}

export function sorterFor<K extends StreamKind>(
  kind: K, operation: StreamOperation, limits: CodecLimits, batch: BatchParts, events: SorterEvents,
): Sorter<K> {
  const decode = (response: EncodedResponse) => decodeResponse<StreamKind>(kind, response, limits) as StreamResponse<K>;
  if (isSequenced(kind)) return new SequencedSorter<K>(kind, decode, limits, events);
  if (isSubscription(kind)) return new ArrivalSorter<K>(kind, decode, events.onSubscribed);
  return new BatchSorter(operation.kind === 'batch' ? operation.tasks.length : undefined, limits, batch) as unknown as Sorter<K>;
}

type SearchMessage = NonNullable<EncodedResponse['fields']['searchOpResponse']>;
type SyncMessage = NonNullable<NonNullable<EncodedResponse['fields']['syncOpResponse']>['sync']>;

type Decode<K extends StreamKind> = (response: EncodedResponse) => StreamResponse<K>;

function itemOf<K extends StreamKind>(decode: Decode<K>, response: EncodedResponse): () => StreamItems[K] {
  return () => (decode(response) as Extract<StreamResponse<K>, { type: 'item' }>).item;
}

function endOf<K extends StreamKind>(decode: Decode<K>, response: EncodedResponse): () => StreamEnds[K] {
  return () => (decode(response) as Extract<StreamResponse<K>, { type: 'end' }>).end;
}

/** Search and sync: every result has a sequence number, the end message their count (protocol section 7.5). */
class SequencedSorter<K extends StreamKind> implements Sorter<K> {
  readonly #kind: K & SequencedKind;
  readonly #decode: Decode<K>;
  readonly #limits: CodecLimits;
  readonly #events: SorterEvents;

  constructor(kind: K & SequencedKind, decode: Decode<K>, limits: CodecLimits, events: SorterEvents) {
    this.#kind = kind;
    this.#decode = decode;
    this.#limits = limits;
    this.#events = events;
  }

  sort(response: EncodedResponse, bytes: number, buffer: Buffer<K>): void {
    const { searchOpResponse, syncOpResponse } = response.fields;
    if (this.#kind === 'search' && searchOpResponse) this.#sortSearch(searchOpResponse, response, bytes, buffer);
    else if (this.#kind === 'sync' && syncOpResponse?.sync) this.#sortSync(syncOpResponse.sync, response, bytes, buffer);
    else this.#decode(response);                         // throws what is wrong with it
  }

  #sortSearch({ sequence, results, connectorObject, bookmark, complete }: SearchMessage, response: EncodedResponse, bytes: number, buffer: Buffer<K>): void {
    if (results?.length) this.#sortBatch(sequence ?? 0, results, bytes, buffer);
    else if (connectorObject) buffer.add(sequence ?? 0, itemOf(this.#decode, response), bytes);
    else if (bookmark) this.#events.onBookmark?.(sequence ?? 0, bookmark);
    else buffer.finish(sequence ?? 0, complete ? endOf(this.#decode, response) : this.#endWithoutProof(response));
  }

  #sortSync({ sequence, deltas, syncDelta, complete }: SyncMessage, response: EncodedResponse, bytes: number, buffer: Buffer<K>): void {
    if (deltas?.length) this.#sortBatch(sequence ?? 0, deltas, bytes, buffer);
    else if (syncDelta) buffer.add(sequence ?? 0, itemOf(this.#decode, response), bytes);
    else buffer.finish(sequence ?? 0, complete ? endOf(this.#decode, response) : this.#endWithoutProof(response));
  }

  #sortBatch(first: number, batch: BatchedResults, bytes: number, buffer: Buffer<K>): void {
    const kind: SequencedKind = this.#kind;
    const limits = this.#limits;
    const share = Math.ceil(bytes / batch.length);
    let sequence = first;
    for (const result of batch) buffer.add(sequence++, () => decodeBatched(kind, result, limits) as StreamItems[K], share);
  }

  /** Thrown when the results before it have been handed out. */
  #endWithoutProof(response: EncodedResponse): () => StreamEnds[K] {
    const { unproven } = this.#events;
    return unproven === undefined ? endOf(this.#decode, response) : () => { throw unproven(); };
  }

  dispose(): void {
    // holds nothing
  }
}

/** Subscriptions: an acknowledgement, then events in the order they arrive, then `completed` (protocol section 7.7). */
class ArrivalSorter<K extends StreamKind> implements Sorter<K> {
  readonly #kind: K;
  readonly #decode: Decode<K>;
  #onSubscribed: (() => void) | undefined;
  #arrived = 0;

  constructor(kind: K, decode: Decode<K>, onSubscribed: (() => void) | undefined) {
    this.#kind = kind;
    this.#decode = decode;
    this.#onSubscribed = onSubscribed;
  }

  sort(response: EncodedResponse, bytes: number, buffer: Buffer<K>): void {
    const { fields } = response;
    const objects = this.#kind === 'subscribeToObjects' ? fields.connectorEventSubscriptionOpResponse : undefined;
    const changes = this.#kind === 'subscribeToChanges' ? fields.syncEventSubscriptionOpResponse : undefined;
    const event = objects ?? changes;
    if (!event) {
      this.#decode(response);
      return;
    }
    this.#onSubscribed?.();                              // on another socket, an event may overtake the acknowledgement
    this.#onSubscribed = undefined;
    if (objects?.connectorObject || changes?.syncDelta) buffer.add(++this.#arrived, itemOf(this.#decode, response), bytes);
    if (event.completed) buffer.finish(this.#arrived, () => undefined as StreamEnds[K]);
  }

  dispose(): void {
    // holds nothing
  }
}
