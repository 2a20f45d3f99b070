/** The part of BER that LDAP uses: definite lengths, one-byte tags (RFC 4511 section 5.1). */
export class BerElement {
  readonly tag: number;
  readonly content: Buffer;

  constructor(tag: number, content: Buffer) {
    this.tag = tag;
    this.content = content;
  }

  get children(): BerElement[] {
    const children: BerElement[] = [];
    for (let at = 0; at < this.content.length;) {
      const read = readElement(this.content, at);
      if (read === undefined) throw new RangeError('A BER element ends before its content does.');
      children.push(read.element);
      at = read.next;
    }
    return children;
  }

  /** The child at `index`; throws when there are fewer. */
  child(index: number): BerElement {
    const child = this.children[index];
    if (child === undefined) throw new RangeError(`A BER sequence lacks its element ${index}.`);
    return child;
  }

  get text(): string {
    return this.content.toString('utf8');
  }

  get integer(): number {
    return this.content.length === 0 ? 0 : this.content.readIntBE(0, Math.min(6, this.content.length));
  }
}

/** The element that begins at `at`, or undefined when the buffer does not hold all of it yet. */
export function readElement(buffer: Buffer, at: number): { element: BerElement; next: number } | undefined {
  const tag = buffer[at];
  const first = buffer[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first > 0x7f) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new RangeError(`A BER length of ${octets} octets is not supported.`);
    if (buffer.length < start + octets) return undefined;
    length = buffer.readUIntBE(start, octets);
    start += octets;
  }
  if (buffer.length < start + length) return undefined;
  return { element: new BerElement(tag, buffer.subarray(start, start + length)), next: start + length };
}

/** Encodes one element; strings are UTF-8. */
export function ber(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
  const length = content.length;
  const head = length < 0x80 ? [tag, length]
    : length < 0x100 ? [tag, 0x81, length]
      : length < 0x10000 ? [tag, 0x82, length >> 8, length & 0xff]
        : [tag, 0x84, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

export function berInteger(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeIntBE(value, 0, 5);
  let start = 0;
  while (start < 4 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start += 1;
  return ber(tag, bytes.subarray(start));
}
