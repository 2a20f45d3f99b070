import { createHash } from 'node:crypto';

/** Characters of a base64url digest: 132 bits. */
export const DIGEST_LENGTH = 22;

/** Which entries of an answer were dealt with, in their order. */
export class DealtWith {
  readonly #hash = createHash('sha256');
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get digest(): string {
    return this.#hash.copy().digest('base64url').slice(0, DIGEST_LENGTH);
  }

  /** `name`: of fixed length, such as a GUID. */
  take(name: string): void {
    this.#hash.update(name);
    this.#count++;
  }
}
