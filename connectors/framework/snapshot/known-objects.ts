import { createHash } from 'node:crypto';
import { ConnectorError } from '../../../protocol/model/index.js';

/** How an object compares to the snapshot before. `again`: it was seen in this run; `doubled`: and was not the same then. */
export type Standing = 'new' | 'changed' | 'same' | 'again' | 'doubled';

/** Words of a key: 128 bits of SHA-256 of the uid, so that two uids never meet. */
const KEY_WORDS = 4;
const FIRST_CAPACITY = 1024;
/** What is known of an object: it was there before; it is there today; it was told to be gone. */
const BEFORE = 0;
const SEEN = 1;
const GONE = 2;

/**
 * Digests of the last known state by uid, in typed arrays: some 40 bytes an object, whatever the length of its uid. Open
 * addressing with linear probing, at most half full.
 */
export class KnownObjects {
  readonly #limit: number;
  #keys = new Uint32Array(FIRST_CAPACITY * KEY_WORDS);
  #contents = new BigUint64Array(FIRST_CAPACITY);
  #standing = new Uint8Array(FIRST_CAPACITY);
  /** Index of the object plus one; 0 is free. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#count;
  }

  /** Notes an object of the state before; what was noted of it last counts. Throws `illegalState` beyond the limit. */
  add(uid: string, content: Buffer): void {
    const key = keyOf(uid);
    const slot = this.#find(key);
    const index = (this.#slots[slot] ?? 0) - 1;
    if (index >= 0) {
      this.#note(index, content, BEFORE);
      return;
    }
    if (this.#count >= this.#limit) throw new ConnectorError('illegalState', `The snapshot holds more than ${this.#limit} objects, which is the limit of snapshot sync.`);
    this.#insert(slot, key, content, BEFORE);
  }

  /** Takes an object out of the state before. */
  remove(uid: string): void {
    const held = this.#slots[this.#find(keyOf(uid))] ?? 0;
    if (held > 0) this.#standing[held - 1] = GONE;
  }

  /** Compares an object of today and remembers that it is still there. */
  see(uid: string, content: Buffer): Standing {
    const key = keyOf(uid);
    const slot = this.#find(key);
    const index = (this.#slots[slot] ?? 0) - 1;
    if (index < 0) {
      this.#insert(slot, key, content, SEEN);
      return 'new';
    }
    const standing = this.#standing[index];
    const isSame = this.#contents[index] === content.readBigUInt64BE(0);
    if (standing === SEEN) return isSame ? 'again' : 'doubled';
    this.#note(index, content, SEEN);
    if (standing === GONE) return 'new';
    return isSame ? 'same' : 'changed';
  }

  /** True the first time for an object that was known and has not been seen. */
  isGone(uid: string): boolean {
    const held = this.#slots[this.#find(keyOf(uid))] ?? 0;
    if (held === 0 || this.#standing[held - 1] !== BEFORE) return false;
    this.#standing[held - 1] = GONE;
    return true;
  }

  #note(index: number, content: Buffer, standing: number): void {
    this.#contents[index] = content.readBigUInt64BE(0);
    this.#standing[index] = standing;
  }

  #insert(slot: number, key: Uint32Array, content: Buffer, standing: number): void {
    this.#keys.set(key, this.#count * KEY_WORDS);
    this.#note(this.#count, content, standing);
    this.#slots[slot] = ++this.#count;
    if (this.#count === this.#contents.length) this.#grow();
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #find(key: Uint32Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = (key[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] ?? 0;
      if (held === 0 || this.#holds(held - 1, key)) return slot;
    }
  }

  #holds(index: number, key: Uint32Array): boolean {
    const at = index * KEY_WORDS;
    return key.every((word, offset) => this.#keys[at + offset] === word);
  }

  #grow(): void {
    const capacity = this.#contents.length * 2;
    const keys = new Uint32Array(capacity * KEY_WORDS);
    const contents = new BigUint64Array(capacity);
    const standing = new Uint8Array(capacity);
    keys.set(this.#keys);
    contents.set(this.#contents);
    standing.set(this.#standing);
    this.#keys = keys;
    this.#contents = contents;
    this.#standing = standing;
    this.#slots = new Uint32Array(capacity * 2);
    for (let index = 0; index < this.#count; index++) {
      this.#slots[this.#find(keys.subarray(index * KEY_WORDS, (index + 1) * KEY_WORDS))] = index + 1;
    }
  }
}

function keyOf(uid: string): Uint32Array {
  const digest = createHash('sha256').update(uid).digest();
  return Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12));
}
