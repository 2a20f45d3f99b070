import { ConnectorError, type OperationKind } from '../model/index.js';
import type { CodecLimits } from '../codec/index.js';
import { decodeFrame } from '../frame.js';
import type { ResponseOutline } from '../frame-outline.js';
import type { OperationRequest } from '../message.js';
import { BatchSorter, type BatchBuffer, type BatchParts } from './batch-sorter.js';
import { isSequenced, isSubscription } from './operation-kinds.js';
import { OrderingBuffer } from './ordering-buffer.js';

/** Results that may be ahead of a missing one; more are not a matter of order any more. */
const MOST_AHEAD = 262_144;

export interface ReceivedFrame {
  readonly frame: Uint8Array;
  readonly outline: ResponseOutline;
}

/** Follows an answer that is passed on undecoded, to know which messages are repeats and which was the last. */
export interface ForwardedAnswer {
  /** Results seen, each counted once. */
  readonly count: number;
  readonly isComplete: boolean;
  /** The end is here, but not every result it announces. */
  readonly hasGap: boolean;
  /** Every result up to this number has been seen; 0 where results have no numbers. */
  readonly received: number;
  /** A result has not come although later ones or the end have. */
  readonly isMissing: boolean;
  /** Messages that were kept back until the answer is complete. */
  readonly closing?: readonly ReceivedFrame[];
  /** Whether it is passed on now: not if it has been there already, or is kept back. Throws for one that cannot belong to the answer. */
  note(frame: Uint8Array, outline: ResponseOutline): boolean;
  dispose(): void;
}

export interface FollowParts extends Omit<BatchParts, 'later'> {
  /** Something changed without a message having come: runs `change`, which may throw, and looks at the answer again. */
  later(change: () => void): void;
}

export function followAnswer(kind: OperationKind, request: OperationRequest, limits: CodecLimits, batch: FollowParts): ForwardedAnswer {
  if (isSequenced(kind)) return new SequencedAnswer(kind, request.bookmarks === true);
  if (isSubscription(kind)) return new EventsAnswer(kind);
  if (kind === 'batch' || kind === 'queryBatch') return new BatchAnswer(kind === 'batch' ? request.operation.fields.batchOpRequest?.tasks?.length : undefined, limits, batch);
  return new SingleAnswer();
}

const FIELD_OF = { search: 10, sync: 11, subscribeToObjects: 3, subscribeToChanges: 12 } as const;

function requireField(kind: keyof typeof FIELD_OF, outline: ResponseOutline): void {
  if (outline.operation !== FIELD_OF[kind]) throw new ConnectorError('connectorIo', `The peer answered a ${kind} with a message of another operation.`);
}

/** Whatever comes first is the answer; what it says is for the requester. */
class SingleAnswer implements ForwardedAnswer {
  isComplete = false;
  readonly count = 0;
  readonly hasGap = false;
  readonly received = 0;
  readonly isMissing = false;

  note(): boolean {
    if (this.isComplete) return false;
    this.isComplete = true;
    return true;
  }

  dispose(): void {
    // holds nothing
  }
}

/** Results 1 to N in any order and an end message that says N (protocol section 7.5). */
class SequencedAnswer implements ForwardedAnswer {
  readonly #kind: 'search' | 'sync';
  readonly #wantsBookmarks: boolean;
  readonly #ahead = new Set<number>();
  #next = 1;
  #highest = 0;
  #end: number | undefined;

  constructor(kind: 'search' | 'sync', wantsBookmarks: boolean) {
    this.#kind = kind;
    this.#wantsBookmarks = wantsBookmarks;
  }

  get count(): number {
    return this.#next - 1 + this.#ahead.size;
  }

  get isComplete(): boolean {
    return this.#end !== undefined && this.count >= this.#end;
  }

  get hasGap(): boolean {
    return this.#end !== undefined && this.count < this.#end;
  }

  get received(): number {
    return this.#next - 1;
  }

  get isMissing(): boolean {
    return this.received < (this.#end ?? this.#highest);
  }

  note(_frame: Uint8Array, outline: ResponseOutline): boolean {
    requireField(this.#kind, outline);
    const { hasItem, isBookmark, sequence, batched } = outline;
    if (!hasItem) return isBookmark ? this.#wantsBookmarks : this.#noteEnd(sequence);
    let isNew = false;
    for (let number = sequence; number < sequence + Math.max(1, batched); number++) isNew = this.#noteItem(number) || isNew;
    return isNew;
  }

  dispose(): void {
    this.#ahead.clear();
  }

  #noteItem(sequence: number): boolean {
    this.#highest = Math.max(this.#highest, sequence);
    if (sequence === this.#next && this.#ahead.size === 0) {
      this.#next++;
      return true;
    }
    if (sequence < 1) throw new ConnectorError('connectorIo', `The peer sent a result with sequence number ${sequence}; results are numbered from 1.`);
    if (sequence < this.#next || this.#ahead.has(sequence)) return false;
    if (this.#ahead.size >= MOST_AHEAD) throw new ConnectorError('connectorIo', `Result ${this.#next} is missing although ${MOST_AHEAD} later ones are here.`);
    this.#ahead.add(sequence);
    while (this.#ahead.delete(this.#next)) this.#next++;
    return true;
  }

  #noteEnd(count: number): boolean {
    if (this.#end !== undefined) return false;
    this.#end = count;
    return true;
  }
}

/** An acknowledgement, events as they come, `completed` (protocol section 7.7). */
class EventsAnswer implements ForwardedAnswer {
  readonly #kind: 'subscribeToObjects' | 'subscribeToChanges';
  readonly hasGap = false;
  readonly received = 0;
  readonly isMissing = false;
  isComplete = false;
  count = 0;

  constructor(kind: 'subscribeToObjects' | 'subscribeToChanges') {
    this.#kind = kind;
  }

  note(_frame: Uint8Array, outline: ResponseOutline): boolean {
    requireField(this.#kind, outline);
    if (outline.hasItem) this.count++;
    this.isComplete ||= outline.completed;
    return true;
  }

  dispose(): void {
    // holds nothing
  }
}

/**
 * Decoded, because only its contents tell when a batch is over (protocol section 7.15); batches are small. A Java server's
 * token message may arrive before results, on another socket; it is kept back, because a requester of ours takes what comes
 * in order for all there is.
 */
class BatchAnswer implements ForwardedAnswer {
  readonly #limits: CodecLimits;
  readonly #sorter: BatchSorter;
  readonly #buffer: BatchBuffer = new OrderingBuffer(Number.MAX_SAFE_INTEGER);
  readonly hasGap = false;
  readonly received = 0;
  readonly isMissing = false;
  readonly closing: ReceivedFrame[] = [];
  readonly #kept = new Set<boolean>();

  constructor(tasks: number | undefined, limits: CodecLimits, parts: FollowParts) {
    this.#limits = limits;
    this.#sorter = new BatchSorter(tasks, limits, { ...parts, later: (deliver) => parts.later(() => deliver(this.#buffer)) });
  }

  get count(): number {
    return this.#buffer.received;
  }

  get isComplete(): boolean {
    return this.#buffer.isComplete;
  }

  note(frame: Uint8Array, outline: ResponseOutline): boolean {
    const message = decodeFrame(frame, this.#limits);
    if (message.kind !== 'operationResponse') throw new ConnectorError('connectorIo', `The peer answered a batch with a message of type ${message.kind}.`);
    const before = this.count;
    this.#sorter.sort(message.response, 0, this.#buffer);
    while (this.#buffer.take()?.kind === 'item');        // only counted here
    const result = message.response.fields.batchOpResult;
    if ((result?.taskId ?? '') !== '') return this.count > before;
    this.#keepBack({ frame, outline }, result?.complete === true);
    return false;
  }

  dispose(): void {
    this.#sorter.dispose();
  }

  /** One token message and one end: a server that repeats them fills no memory. */
  #keepBack(received: ReceivedFrame, isEnd: boolean): void {
    if (this.#kept.has(isEnd)) return;
    this.#kept.add(isEnd);
    this.closing.push(received);
  }
}
