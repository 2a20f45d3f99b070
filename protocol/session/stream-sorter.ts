import type { StreamEnds, StreamItems, StreamOperation } from '../model/index.js';
import { decodeResponse, type CodecLimits, type StreamResponse } from '../codec/index.js';
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
}

export function sorterFor<K extends StreamKind>(
  kind: K, operation: StreamOperation, limits: CodecLimits, batch: BatchParts, { onSubscribed, unproven }: SorterEvents,
): Sorter<K> {
  const decode = (response: EncodedResponse) => decodeResponse<StreamKind>(kind, response, limits) as StreamResponse<K>;
  if (isSequenced(kind)) return new SequencedSorter<K>(kind, decode, unproven);
  if (isSubscription(kind)) return new ArrivalSorter<K>(kind, decode, onSubscribed);
  return new BatchSorter(operation.kind === 'batch' ? operation.tasks.length : undefined, limits, batch) as unknown as Sorter<K>;
}

type Decode<K extends StreamKind> = (response: EncodedResponse) => StreamResponse<K>;

function itemOf<K extends StreamKind>(decode: Decode<K>, response: EncodedResponse): () => StreamItems[K] {
  return () => (decode(response) as Extract<StreamResponse<K>, { type: 'item' }>).item;
}

function endOf<K extends StreamKind>(decode: Decode<K>, response: EncodedResponse): () => StreamEnds[K] {
  return () => (decode(response) as Extract<StreamResponse<K>, { type: 'end' }>).end;
}

/** Search and sync: every result has a sequence number, the end message their count (protocol section 7.5). */
class SequencedSorter<K extends StreamKind> implements Sorter<K> {
  readonly #kind: K;
  readonly #decode: Decode<K>;
  readonly #unproven: (() => Error) | undefined;

  constructor(kind: K, decode: Decode<K>, unproven: (() => Error) | undefined) {
    this.#kind = kind;
    this.#decode = decode;
    this.#unproven = unproven;
  }

  sort(response: EncodedResponse, bytes: number, buffer: Buffer<K>): void {
    const search = this.#kind === 'search' ? response.fields.searchOpResponse : undefined;
    const sync = this.#kind === 'sync' ? response.fields.syncOpResponse?.sync : undefined;
    const fields = search ?? sync;
    if (!fields) {
      this.#decode(response);                            // throws what is wrong with it
      return;
    }
    const sequence = fields.sequence ?? 0;
    if (search?.connectorObject || sync?.syncDelta) buffer.add(sequence, itemOf(this.#decode, response), bytes);
    else buffer.finish(sequence, fields.complete ? endOf(this.#decode, response) : this.#endWithoutProof(response));
  }

  /** Thrown when the results before it have been handed out. */
  #endWithoutProof(response: EncodedResponse): () => StreamEnds[K] {
    const unproven = this.#unproven;
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
