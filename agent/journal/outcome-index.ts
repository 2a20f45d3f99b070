import { crc32 } from 'node:zlib';

/** Where the outcomes of one segment stand, eight bytes each: a hash of the id and the offset of the record. */
export class OutcomeIndex {
  readonly #hashes: Uint32Array;
  readonly #offsets: Uint32Array;

  constructor(places: Iterable<readonly [operationId: string, offset: number]>) {
    const sorted = [...places].map(([id, offset]) => ({ hash: hashOf(id), offset })).sort((a, b) => a.hash - b.hash || b.offset - a.offset);
    this.#hashes = Uint32Array.from(sorted, ({ hash }) => hash);
    this.#offsets = Uint32Array.from(sorted, ({ offset }) => offset);
  }

  get size(): number {
    return this.#hashes.length;
  }

  /** Offsets that may be of this id, the last written first. */
  find(operationId: string): number[] {
    const hash = hashOf(operationId);
    let low = 0;
    let high = this.#hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#hashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    const found: number[] = [];
    for (let at = low; this.#hashes[at] === hash; at++) found.push(this.#offsets[at] ?? 0);
    return found;
  }
}

function hashOf(operationId: string): number {
  return crc32(operationId) >>> 0;
}
