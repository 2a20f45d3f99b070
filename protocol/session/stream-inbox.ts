import type { ConnectorError } from '../model/index.js';
import { NO_MATTER } from './clock.js';
import type { Clock } from './contract.js';
import { watchDeadline, watchRepeatedly } from './deadline-watch.js';
import { OrderingBuffer } from './ordering-buffer.js';

export interface InboxParts {
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Longest time between two messages while the consumer waits; undefined: none. */
  readonly timeout: number | undefined;
  /** Longest time a result may be missing while later ones are here. */
  readonly gapTimeout: number;
  onTimeout(progress: string): ConnectorError;
  onGap(progress: string): ConnectorError;
  /** The stream has failed at our end; nothing of it is wanted any more. */
  onStopped?(): void;
  /** Messages have been missing for the time between two heartbeats: what the peer waits for may have been lost. */
  readonly nudge?: { readonly interval: number; send(): void } | undefined;
  /** A result has been missing for `interval` although later ones are here: it can be asked for again, and again. */
  readonly missing?: { readonly interval: number; ask(): void } | undefined;
}

/** Results at hand, in order, and the size of the largest; or the end. */
export type Taken<T, End> = { readonly kind: 'items'; readonly items: readonly T[]; readonly largest: number } | { readonly kind: 'end'; readonly value: End };

/** What is taken at a time is decoded at once, so it has a bound of results and of bytes. */
const MOST_RESULTS = 64;
const MOST_BYTES = 256 * 1024;

/**
 * Where a stream's messages wait for its one consumer. What is in order is handed out before a failure of the peer is
 * thrown; a failure of our own (`stop`) is thrown at once.
 */
export class StreamInbox<T, End> {
  readonly #buffer: OrderingBuffer<T, End>;
  readonly #parts: InboxParts;
  readonly #over = new AbortController();
  #failure: Error | undefined;
  #urgent = false;
  #wake: (() => void) | undefined;
  #waitingSince: number | undefined;
  #lastMessage: number;
  #gapSince: number | undefined;
  #missingSince: number | undefined;
  #contiguous = 0;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#buffer = new OrderingBuffer(parts.maxBytes);
    this.#lastMessage = parts.clock.now();
    this.#watch();
  }

  get bytes(): number {
    return this.#buffer.bytes;
  }

  /** Nothing more is expected from the peer. */
  get isComplete(): boolean {
    return this.#buffer.isComplete;
  }

  /** Every result up to this number is here, or was. */
  get received(): number {
    return this.#buffer.contiguous;
  }

  /** Any message of the stream has come. */
  get hasBegun(): boolean {
    return this.#buffer.received > 0 || this.#buffer.hasEnd;
  }

  /** Takes a message in; a message that cannot belong to the stream fails it. */
  accept(deliver: (buffer: OrderingBuffer<T, End>) => void): void {
    if (this.#failure !== undefined) return;
    this.#lastMessage = this.#parts.clock.now();
    try {
      deliver(this.#buffer);
    } catch (error) {
      this.stop(error as Error);
      return;
    }
    this.#noteGap();
    this.#wake?.();
  }

  #noteMissing(): void {
    const { contiguous, isMissing } = this.#buffer;
    if (!isMissing) this.#missingSince = undefined;
    else if (contiguous > this.#contiguous || this.#missingSince === undefined) this.#missingSince = this.#lastMessage;
    this.#contiguous = contiguous;
  }

  /** The peer or the connection failed: what is in order is still handed out. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#wake?.();
  }

  /** Nothing more is handed out. */
  stop(error: Error): void {
    if (this.#urgent) return;
    this.#failure = error;
    this.#urgent = true;
    this.#buffer.clear();
    this.#wake?.();
    this.#parts.onStopped?.();
  }

  /** What is here, `most()` results of it if there are as many; waits where nothing is. */
  async take(most: () => number = () => MOST_RESULTS): Promise<Taken<T, End>> {
    for (;;) {
      if (this.#urgent && this.#failure !== undefined) throw this.#failure;
      const first = this.#buffer.take();
      if (first !== undefined) {
        const taken = first.kind === 'end' ? first : this.#withFollowing(first, Math.min(most(), MOST_RESULTS));
        this.#gapSince = this.#buffer.hasGap ? this.#parts.clock.now() : undefined;
        return taken;
      }
      if (this.#failure !== undefined) throw this.#failure;
      await this.#change();
    }
  }

  #withFollowing(first: { readonly item: T; readonly bytes: number }, most: number): Taken<T, End> {
    const items = [first.item];
    let { bytes, bytes: largest } = first;
    while (items.length < most && bytes < MOST_BYTES) {
      const next = this.#buffer.take();
      if (next?.kind !== 'item') break;
      items.push(next.item);
      bytes += next.bytes;
      largest = Math.max(largest, next.bytes);
    }
    return { kind: 'items', items, largest };
  }

  /** Frees what is held and ends the timers. */
  dispose(): void {
    this.#over.abort(NO_MATTER);
    this.#buffer.clear();
  }

  #noteGap(): void {
    this.#gapSince = this.#buffer.hasGap ? (this.#gapSince ?? this.#parts.clock.now()) : undefined;
    if (this.#parts.missing !== undefined) this.#noteMissing();
  }

  async #change(): Promise<void> {
    this.#waitingSince = this.#parts.clock.now();
    try {
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    } finally {
      this.#wake = undefined;
      this.#waitingSince = undefined;
    }
  }

  #watch(): void {
    const { clock, timeout, gapTimeout, nudge, missing } = this.#parts;
    const { signal } = this.#over;
    const idleSince = () => this.#waitingSince === undefined ? undefined : Math.max(this.#waitingSince, this.#lastMessage);
    if (nudge !== undefined) watchRepeatedly(clock, nudge.interval, idleSince, signal, () => nudge.send()).catch(() => undefined);
    if (missing !== undefined) watchRepeatedly(clock, missing.interval, () => this.#missingSince, signal, () => missing.ask()).catch(() => undefined);
    if (timeout !== undefined) {
      watchDeadline(clock, timeout, idleSince, signal, () => this.stop(this.#parts.onTimeout(this.#buffer.progress)))
        .catch(() => undefined);
    }
    watchDeadline(clock, gapTimeout, () => this.#gapSince, signal, () => this.stop(this.#parts.onGap(this.#buffer.progress)))
      .catch(() => undefined);
  }
}
