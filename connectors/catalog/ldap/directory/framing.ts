import { BER, MalformedMessage, elementLength } from '../../../framework/ber.js';

/** Longest LDAP message accepted: larger than any entry a directory should hold, smaller than what hurts. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

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
    for (;;) {
      this.#expected ??= this.#header();
      if (this.#expected === undefined || this.#buffered < this.#expected) return;
      const bytes = this.#joined();
      const message = bytes.subarray(0, this.#expected);
      this.#chunks = bytes.length > message.length ? [bytes.subarray(message.length)] : [];
      this.#buffered -= message.length;
      this.#expected = undefined;
      yield message;
    }
  }

  #header(): number | undefined {
    if (this.#buffered === 0) return undefined;
    const bytes = (this.#chunks[0]?.length ?? 0) >= 6 ? this.#chunks[0] : this.#joined();
    if (bytes === undefined || bytes[0] !== BER.sequence) throw new MalformedMessage('a message does not start with a sequence');
    const length = elementLength(bytes);
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
