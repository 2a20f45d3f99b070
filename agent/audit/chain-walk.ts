import type { ChainHash } from './chain-hash.js';
import { hashOf, sequenceOf } from './audit-line.js';

const HASH_DIGITS = 64;
const NONE: readonly string[] = [];

/** `malformed`: no line of ours. `mismatch`: its hash is not that of its content behind the line before. */
export type LineVerdict = 'good' | 'malformed' | 'mismatch';

/**
 * Walks along a chain, line by line. After a line that does not fit it goes on from what that line states, or from where it
 * was before, whichever the next one fits: so that each fault is found where it is, and once.
 */
export class ChainWalk {
  readonly #chain: ChainHash | undefined;
  #scratch: Buffer = Buffer.alloc(4096);
  /** Hashes the next line may follow besides, after one that did not fit. */
  #others: readonly string[] = [];
  #top: { readonly sequence: number; readonly hash: string };
  previous: string;
  /** Of the last line that was one; undefined before the first. */
  sequence: number | undefined;

  /** Without a `chain` (its key is not at hand) only the form of lines is looked at. */
  constructor(chain: ChainHash | undefined, previous: string, sequence: number | undefined) {
    this.#chain = chain;
    this.#top = { sequence: sequence ?? 0, hash: previous };
    this.previous = previous;
    this.sequence = sequence;
  }

  /** The highest number met so far. */
  get top(): number {
    return this.#top.sequence;
  }

  /** `line` without its line break. */
  take(line: Buffer): LineVerdict {
    const stated = hashOf(line);
    const sequence = stated && sequenceOf(line);
    if (stated === undefined || sequence === undefined) return 'malformed';
    const fits = this.#chain === undefined || this.#fits(this.#chain, line, stated);
    this.previous = stated.hash;
    this.sequence = sequence;
    if (sequence > this.#top.sequence) this.#top = { sequence, hash: stated.hash };
    return fits ? 'good' : 'mismatch';
  }

  #fits(chain: ChainHash, line: Buffer, { hash, contentLength }: { readonly hash: string; readonly contentLength: number }): boolean {
    const computed = this.#hash(chain, this.previous, line, contentLength);
    if (computed === hash) {
      this.#others = NONE;
      return true;
    }
    if (this.#others.some((other) => this.#hash(chain, other, line, contentLength) === hash)) {
      this.#others = [this.#top.hash];
      return true;
    }
    // The next line may follow this one's content, though its hash was changed, or the one before an inserted line.
    this.#others = [computed, this.#top.hash];
    return false;
  }

  #hash(chain: ChainHash, previous: string, line: Buffer, contentLength: number): string {
    const length = HASH_DIGITS + contentLength;
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(length * 2);
    this.#scratch.write(previous, 0, HASH_DIGITS, 'latin1');
    line.copy(this.#scratch, HASH_DIGITS, 0, contentLength);
    return chain.nextOf(this.#scratch.subarray(0, length));
  }
}
