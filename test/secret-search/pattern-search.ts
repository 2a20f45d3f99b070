/** Searches a stream for very many byte patterns at once (Rabin and Karp): a rolling hash of what every pattern begins with. */

/** Bytes the hash looks at; no pattern is shorter. */
export const SHORTEST_PATTERN = 8;
const BASE = 0x01000193;
const SPREAD = 0x9e3779b1;
const FILTER_BITS = 22;

/** BASE to the power of the window's length, modulo 2^32: what the byte that leaves the window counts. */
const LEAVING = Array.from({ length: SHORTEST_PATTERN }).reduce<number>((power) => Math.imul(power, BASE), 1);

interface Pattern {
  readonly bytes: Buffer;
  readonly owner: number;
}

export class PatternSet {
  readonly #buckets = new Map<number, Pattern[]>();
  readonly #filter = new Uint8Array(2 ** (FILTER_BITS - 3));
  #longest = SHORTEST_PATTERN;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** `owner` is what a hit is reported as. Throws for a pattern that is too short to be told from chance. */
  add(bytes: Buffer, owner: number): void {
    if (bytes.length < SHORTEST_PATTERN) throw new Error(`A pattern of ${bytes.length} bytes is too short: at least ${SHORTEST_PATTERN}.`);
    let hash = 0;
    for (let index = 0; index < SHORTEST_PATTERN; index += 1) hash = (Math.imul(hash, BASE) + (bytes[index] ?? 0)) | 0;
    const bucket = this.#buckets.get(hash) ?? [];
    bucket.push({ bytes, owner });
    this.#buckets.set(hash, bucket);
    const bit = Math.imul(hash, SPREAD) >>> (32 - FILTER_BITS);
    this.#filter[bit >>> 3] = (this.#filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
    this.#longest = Math.max(this.#longest, bytes.length);
    this.#size += 1;
  }

  /** Whose patterns a text holds. */
  ownersIn(text: Buffer): ReadonlySet<number> {
    const owners = new Set<number>();
    this.#searchIn(text, ({ owner }) => owners.add(owner));
    return owners;
  }

  /** Calls `onHit` once for each place of each pattern, with the offset in the stream. Holds one chunk and the longest pattern. Returns the bytes read. */
  async search(chunks: AsyncIterable<Buffer> | Iterable<Buffer>, onHit: (owner: number, offset: number) => void): Promise<number> {
    let carry: Buffer = Buffer.alloc(0);
    let read = 0;
    for await (const chunk of chunks) {
      const start = read - carry.length;
      const known = carry.length;
      const text = known === 0 ? chunk : Buffer.concat([carry, chunk]);
      this.#searchIn(text, (pattern, at) => {
        if (at + pattern.bytes.length > known) onHit(pattern.owner, start + at); // the rest was found before
      });
      read += chunk.length;
      carry = Buffer.from(text.subarray(Math.max(0, text.length - this.#longest + 1)));
    }
    return read;
  }

  #searchIn(text: Buffer, onMatch: (pattern: Pattern, at: number) => void): void {
    const filter = this.#filter;
    let hash = 0;
    for (let end = 0; end < text.length; end += 1) {
      hash = (Math.imul(hash, BASE) + (text[end] as number)) | 0;
      if (end >= SHORTEST_PATTERN) hash = (hash - Math.imul(LEAVING, text[end - SHORTEST_PATTERN] as number)) | 0;
      const bit = Math.imul(hash, SPREAD) >>> (32 - FILTER_BITS);
      if (end < SHORTEST_PATTERN - 1 || ((filter[bit >>> 3] as number) & (1 << (bit & 7))) === 0) continue;
      const at = end - SHORTEST_PATTERN + 1;
      for (const pattern of this.#buckets.get(hash) ?? []) {
        const { bytes } = pattern;
        if (at + bytes.length <= text.length && text.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0) onMatch(pattern, at);
      }
    }
  }
}
