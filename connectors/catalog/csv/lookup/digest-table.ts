import { hash } from 'node:crypto';

/** 96 bits of SHA-256: among ten million texts the chance that any two agree is below 10^-14. */
export interface Digest {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A 32-bit word out of a digest in Latin-1, which is cheaper than a Buffer a text. */
function wordAt(digest: string, at: number): number {
  return ((digest.charCodeAt(at) << 24) | (digest.charCodeAt(at + 1) << 16) | (digest.charCodeAt(at + 2) << 8) | digest.charCodeAt(at + 3)) >>> 0;
}

export function digestOf(text: string): Digest {
  const digest = hash('sha256', text, 'binary');
  // The first word is never 0, which marks an empty slot.
  return { a: wordAt(digest, 0) || 1, b: wordAt(digest, 4), c: wordAt(digest, 8) };
}

const WORDS = 6;
const FIRST_CAPACITY = 1024;

/**
 * A map from digests to three 32-bit words, in one typed array: 24 bytes a slot, outside the heap, where a Map of strings
 * would need several times as much. Open addressing with linear probing; entries are never removed, their owner marks
 * them in a word and drops them with {@link DigestTable.compacted}.
 */
export class DigestTable {
  #words: Uint32Array;
  #capacity: number;
  #size = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(FIRST_CAPACITY, capacity)));
    this.#words = new Uint32Array(this.#capacity * WORDS);
  }

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#words.byteLength;
  }

  /** Slot of the key, or -1. Slots are valid until the next insertion. */
  find(key: Digest): number {
    const slot = this.#probe(key);
    return this.#words[slot * WORDS] === 0 ? -1 : slot;
  }

  /** Slot of the key, made when it is new. */
  insert(key: Digest): number {
    if ((this.#size + 1) * 4 > this.#capacity * 3) this.#grow();
    const slot = this.#probe(key);
    const at = slot * WORDS;
    if (this.#words[at] === 0) {
      this.#words[at] = key.a;
      this.#words[at + 1] = key.b;
      this.#words[at + 2] = key.c;
      this.#size++;
    }
    return slot;
  }

  get(slot: number, word: 0 | 1 | 2): number {
    return this.#words[slot * WORDS + 3 + word] ?? 0;
  }

  set(slot: number, word: 0 | 1 | 2, value: number): void {
    this.#words[slot * WORDS + 3 + word] = value;
  }

  *slots(): Generator<number, void, void> {
    for (let slot = 0; slot < this.#capacity; slot++) if (this.#words[slot * WORDS] !== 0) yield slot;
  }

  /** A copy with the entries that `keep` accepts. */
  compacted(keep: (slot: number) => boolean): DigestTable {
    const copy = new DigestTable(this.#capacity);
    for (const slot of this.slots()) if (keep(slot)) copy.#adopt(this.#words, slot * WORDS);
    return copy;
  }

  #probe(key: Digest): number {
    const mask = this.#capacity - 1;
    let slot = key.b & mask;
    for (;;) {
      const at = slot * WORDS;
      if (this.#words[at] === 0) return slot;
      if (this.#words[at] === key.a && this.#words[at + 1] === key.b && this.#words[at + 2] === key.c) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#capacity *= 2;
    this.#words = new Uint32Array(this.#capacity * WORDS);
    this.#size = 0;
    for (let at = 0; at < old.length; at += WORDS) if (old[at] !== 0) this.#adopt(old, at);
  }

  #adopt(words: Uint32Array, at: number): void {
    const slot = this.insert({ a: words[at] ?? 0, b: words[at + 1] ?? 0, c: words[at + 2] ?? 0 });
    this.#words.set(words.subarray(at + 3, at + WORDS), slot * WORDS + 3);
  }
}
