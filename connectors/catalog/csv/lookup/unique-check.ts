import { randomInt } from 'node:crypto';
import { MAX_TABLE_ENTRIES } from '../limits.js';

const FIRST_CAPACITY = 1024;
const WORDS = 2;
const SEEDS = 2 ** 32;
/** Odd multipliers that spread bits well (those of MurmurHash3 and of Knuth). */
const FIRST_FACTOR = 0x85ebca6b;
const SECOND_FACTOR = 0x9e3779b1;

/**
 * Notices uids that may have been met before, among as many as a table may hold; later ones are let through. It keeps 64
 * bits of each uid, in 8 bytes a slot outside the heap, so "met before" has to be verified: two of a million different
 * uids agree once in forty million files.
 */
export class UniqueCheck {
  readonly #firstSeed = randomInt(SEEDS);
  readonly #secondSeed = randomInt(SEEDS);
  #words = new Uint32Array(FIRST_CAPACITY * WORDS);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;

  mayBeRepeated(uid: string): boolean {
    if (this.#size >= MAX_TABLE_ENTRIES) return false;
    let first = this.#firstSeed;
    let second = this.#secondSeed;
    for (let at = 0; at < uid.length; at++) {
      const unit = uid.charCodeAt(at);
      first = Math.imul(first ^ unit, FIRST_FACTOR);
      first ^= first >>> 15;
      second = Math.imul(second ^ unit, SECOND_FACTOR);
      second ^= second >>> 13;
    }
    if ((this.#size + 1) * 4 > (this.#mask + 1) * 3) this.#grow();
    // The first word is never 0, which marks an empty slot.
    return !this.#insert(first >>> 0 || 1, second >>> 0);
  }

  /** False when the pair is there already. */
  #insert(first: number, second: number): boolean {
    const words = this.#words;
    for (let slot = second & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * WORDS;
      if (words[at] === 0) {
        words[at] = first;
        words[at + 1] = second;
        this.#size++;
        return true;
      }
      if (words[at] === first && words[at + 1] === second) return false;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    this.#size = 0;
    for (let at = 0; at < old.length; at += WORDS) if (old[at] !== 0) this.#insert(old[at] ?? 0, old[at + 1] ?? 0);
  }
}
