/** The bytes are not the BER that LDAP allows (RFC 4511 section 5.1), or not the message that was expected. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export const BER = {
  boolean: 0x01, integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31,
} as const;

/** Longest integer LDAP uses is 31 bits; servers' estimates may take a leading zero byte more. */
const MAX_INTEGER_BYTES = 5;

/** Length of the element that starts at `start`, header included; undefined while the header is incomplete. */
export function elementLength(bytes: Uint8Array, start = 0, end = bytes.length): number | undefined {
  const first = start + 1 < end ? bytes[start + 1] : undefined;
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0) throw new MalformedMessage('indefinite length');
  if (count > 4) throw new MalformedMessage(`a length of ${count} bytes`);
  if (start + 2 + count > end) return undefined;
  let length = 0;
  for (let at = start + 2; at < start + 2 + count; at++) length = length * 256 + (bytes[at] ?? 0);
  return 2 + count + length;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads BER elements one after another; never outside its bytes, whatever these say. Values are views, not copies. */
export class BerCursor {
  #bytes: Buffer;
  #end: number;
  #at: number;
  /** Where the content of the element read last starts; it ends at `#at`. */
  #content = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = asBuffer(bytes);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** Tag of the next element; undefined at the end. */
  get tag(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at] : undefined;
  }

  /** Content of the next element, which must have this tag. */
  read(tag: number): Buffer {
    this.#expect(tag);
    return this.#bytes.subarray(this.#content, this.#at);
  }

  /** Content of the next element if it has this tag. */
  readIf(tag: number): Buffer | undefined {
    return this.tag === tag ? this.read(tag) : undefined;
  }

  within(tag: number): BerCursor {
    this.#expect(tag);
    return new BerCursor(this.#bytes, this.#content, this.#at);
  }

  /** As {@link within}, by a cursor that is used again. */
  moveInto(tag: number, inner: BerCursor): void {
    this.#expect(tag);
    inner.#bytes = this.#bytes;
    inner.#at = this.#content;
    inner.#end = this.#at;
  }

  skip(): void {
    this.#step();
  }

  /** What all elements are in. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Passes the next element, which must have this tag; its content is from `contentStart` to `contentEnd`. */
  pass(tag: number): void {
    this.#expect(tag);
  }

  /** Of the element read or passed last. */
  get contentStart(): number {
    return this.#content;
  }

  get contentEnd(): number {
    return this.#at;
  }

  text(tag: number = BER.octetString): string {
    this.#expect(tag);
    return this.#bytes.toString('utf8', this.#content, this.#at);
  }

  integer(tag: number = BER.integer): number {
    return decodeInteger(this.read(tag));
  }

  #expect(tag: number): void {
    if (this.tag !== tag) throw new MalformedMessage(`expected tag 0x${tag.toString(16)}, got ${this.tag === undefined ? 'the end' : `0x${this.tag.toString(16)}`}`);
    this.#step();
  }

  #step(): void {
    const start = this.#at;
    const length = elementLength(this.#bytes, start, this.#end);
    if (length === undefined || start + length > this.#end) throw new MalformedMessage('an element runs past the end');
    const first = this.#bytes[start + 1] ?? 0;
    this.#content = start + 2 + (first < 0x80 ? 0 : first & 0x7f);
    this.#at = start + length;
  }
}

export function decodeInteger(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > MAX_INTEGER_BYTES) throw new MalformedMessage(`an integer of ${bytes.length} bytes`);
  let value = (bytes[0] ?? 0) >= 0x80 ? -1 : 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

export function decodeText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8');
}
