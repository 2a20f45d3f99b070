import { createHash } from 'node:crypto';

/** Characters of `digest`, base64url: 132 bits. */
export const DIGEST_LENGTH = 22;

/** How many items were taken so far, and a digest of their names in that order. */
export class RunningDigest {
  readonly #hash = createHash('sha256');
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get digest(): string {
    return this.#hash.copy().digest('base64url').slice(0, DIGEST_LENGTH);
  }

  /** `names`: of `count` items, one behind the other, in a form no other items have. */
  take(names: string, count = 1): void {
    this.#hash.update(names);
    this.#count += count;
  }
}
