import { BER, MalformedMessage, elementLength } from '../../../framework/ber.js';

/** Longest LDAP message accepted: larger than any entry a directory should hold, smaller than what hurts. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Tag, and the longest length there is. */
const HEADER_BYTES = 6;

/** Cuts a byte stream into LDAP messages. Bytes of an incomplete message are kept as chunks and joined once. */
export class MessageFraming {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  /** Bytes of the message under way, once its header is known. */
  #expected: number | undefined;

  constructor(limit = MAX_MESSAGE_BYTES) {
    this.#limit = limit;
  }

  /** True when no part of a message is waiting for its rest. */
  get empty(): boolean {
    return this.#buffered === 0;
  }

  /** The messages completed by `chunk`. Throws MalformedMessage; the stream is unusable then. */
  * push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    this.#expected ??= this.#header();
    if (this.#expected === undefined || this.#buffered < this.#expected) return;
    const bytes = this.#joined();
    let at = 0;
    while (this.#expected !== undefined && bytes.length - at >= this.#expected) {
      yield bytes.subarray(at, at + this.#expected);
      at += this.#expected;
      this.#expected = this.#lengthAt(bytes, at);
    }
    this.#buffered = bytes.length - at;
    this.#chunks = this.#buffered === 0 ? [] : [bytes.subarray(at)];
  }

  #header(): number | undefined {
    const [first] = this.#chunks;
    return this.#lengthAt(first === undefined || first.length < HEADER_BYTES ? this.#joined() : first, 0);
  }

  #lengthAt(bytes: Uint8Array, start: number): number | undefined {
    if (start === bytes.length) return undefined;
    if (bytes[start] !== BER.sequence) throw new MalformedMessage('a message does not start with a sequence');
    const length = elementLength(bytes, start);
    if (length !== undefined && length > this.#limit) throw new MalformedMessage(`a message of ${length} bytes, more than ${this.#limit}`);
    return length;
  }

  #joined(): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
