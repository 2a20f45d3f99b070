import { ConnectorError } from '../model/index.js';

/** What a kept item costs besides its frame. */
const OVERHEAD = 256;

interface Kept<T> { readonly item: T; readonly bytes: number }

/**
 * Results of one request as they come in from any socket, handed out by sequence number. Repeats are dropped; the end
 * counts only when all results it announces are in (hazards 13 and 20).
 */
export class OrderingBuffer<T, End> {
  readonly #kept = new Map<number, Kept<T>>();
  readonly #maxBytes: number;
  #next = 1;
  #highest = 0;
  #received = 0;
  #contiguous = 0;
  #bytes = 0;
  #end: { readonly count: number; readonly value: End } | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held, counted as frames. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sequence number of the result to be handed out next. */
  get next(): number {
    return this.#next;
  }

  /** The end and every result it announces have arrived; what is left to do is handing them out. */
  get isComplete(): boolean {
    return this.#end !== undefined && this.#received === this.#end.count;
  }

  /** Results received, each counted once. */
  get received(): number {
    return this.#received;
  }

  /** Every result up to this number has been received. */
  get contiguous(): number {
    return this.#contiguous;
  }

  /** The end is here, or was. */
  get hasEnd(): boolean {
    return this.#end !== undefined;
  }

  /** A result has not come although later ones or the end are here; {@link hasGap} tells whether it is the next to be handed out. */
  get isMissing(): boolean {
    return this.#contiguous < (this.#end?.count ?? this.#highest);
  }

  /** Later results or the end are here, but the next result is not. */
  get hasGap(): boolean {
    return !this.#kept.has(this.#next) && (this.#kept.size > 0 || (this.#end !== undefined && this.#next <= this.#end.count));
  }

  /** Text for errors: what is here and what is not. */
  get progress(): string {
    const end = this.#end === undefined ? 'the end has not arrived' : `the end message announced ${this.#end.count} results`;
    return `result ${this.#next} is missing, ${this.#highest} is the highest received, ${end}`;
  }

  /** False when the result was there already. Throws when it cannot belong to the stream or too much is held. */
  add(sequence: number, item: T, bytes: number): boolean {
    if (!Number.isSafeInteger(sequence) || sequence < 1) {
      throw new ConnectorError('connectorIo', `The peer sent a result with sequence number ${sequence}; results are numbered from 1.`);
    }
    if (sequence < this.#next || this.#kept.has(sequence)) return false;
    if (this.#end !== undefined && sequence > this.#end.count) {
      throw new ConnectorError('connectorIo', `The peer sent result ${sequence} although its end message announced ${this.#end.count} results.`);
    }
    if (this.#bytes + bytes + OVERHEAD > this.#maxBytes && this.#kept.size > 0) {
      throw new ConnectorError('connectorIo',
        `Results arrive faster than they are read: more than ${this.#maxBytes} bytes wait (maxBufferedBytes). `
        + 'Read faster, use a smaller page size, or raise the limit.');
    }
    this.#kept.set(sequence, { item, bytes });
    this.#bytes += bytes + OVERHEAD;
    this.#received++;
    this.#highest = Math.max(this.#highest, sequence);
    if (sequence === this.#contiguous + 1) this.#advance();
    return true;
  }

  /** Looked for only where results have come ahead of others. */
  #advance(): void {
    this.#contiguous++;
    while (this.#contiguous < this.#received && this.#kept.has(this.#contiguous + 1)) this.#contiguous++;
  }

  /** The end message. False when there was one already. */
  finish(count: number, value: End): boolean {
    if (this.#end !== undefined) return false;
    if (count < this.#highest) {
      throw new ConnectorError('connectorIo', `The peer's end message announces ${count} results, but result ${this.#highest} was received.`);
    }
    this.#end = { count, value };
    return true;
  }

  take(): { readonly kind: 'item'; readonly item: T; readonly bytes: number } | { readonly kind: 'end'; readonly value: End } | undefined {
    const kept = this.#kept.get(this.#next);
    if (kept !== undefined) {
      this.#kept.delete(this.#next);
      this.#next++;
      this.#bytes -= kept.bytes + OVERHEAD;
      return { kind: 'item', ...kept };
    }
    if (this.#end !== undefined && this.#next > this.#end.count) return { kind: 'end', value: this.#end.value };
    return undefined;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }
}
