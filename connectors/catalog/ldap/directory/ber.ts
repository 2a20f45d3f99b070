/** The bytes are not the BER that LDAP allows (RFC 4511 section 5.1), or not the message that was expected. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export const BER = {
  boolean: 0x01, integer: 0x02, octetString: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31,
} as const;

/** Longest integer LDAP uses is 31 bits; servers' estimates may take a leading zero byte more. */
const MAX_INTEGER_BYTES = 5;

/** Length of the element at the start of `bytes`, header included; undefined while the header is incomplete. */
export function elementLength(bytes: Uint8Array): number | undefined {
  const first = bytes[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0) throw new MalformedMessage('indefinite length');
  if (count > 4) throw new MalformedMessage(`a length of ${count} bytes`);
  if (bytes.length < 2 + count) return undefined;
  let length = 0;
  for (let at = 2; at < 2 + count; at++) length = length * 256 + (bytes[at] ?? 0);
  return 2 + count + length;
}

/** Reads BER elements one after another; never outside its bytes, whatever these say. Values are views, not copies. */
export class BerCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Tag of the next element; undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** Content of the next element, which must have this tag. */
  read(tag: number): Uint8Array {
    if (this.tag !== tag) throw new MalformedMessage(`expected tag 0x${tag.toString(16)}, got ${this.tag === undefined ? 'the end' : `0x${this.tag.toString(16)}`}`);
    return this.#element();
  }

  /** Content of the next element if it has this tag. */
  readIf(tag: number): Uint8Array | undefined {
    return this.tag === tag ? this.#element() : undefined;
  }

  within(tag: number): BerCursor {
    return new BerCursor(this.read(tag));
  }

  skip(): void {
    this.#element();
  }

  text(tag: number = BER.octetString): string {
    return decodeText(this.read(tag));
  }

  integer(tag: number = BER.integer): number {
    return decodeInteger(this.read(tag));
  }

  #element(): Uint8Array {
    const start = this.#at;
    const end = start + (elementLength(this.#bytes.subarray(start, start + 6)) ?? Number.POSITIVE_INFINITY);
    if (end > this.#bytes.length) throw new MalformedMessage('an element runs past the end');
    this.#at = end;
    const first = this.#bytes[start + 1] ?? 0;
    return this.#bytes.subarray(start + 2 + (first < 0x80 ? 0 : first & 0x7f), end);
  }
}

export function decodeInteger(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > MAX_INTEGER_BYTES) throw new MalformedMessage(`an integer of ${bytes.length} bytes`);
  let value = (bytes[0] ?? 0) >= 0x80 ? -1 : 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

export function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
