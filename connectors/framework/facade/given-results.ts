import { createHash } from 'node:crypto';
import type { ConnectorObject } from '../../../protocol/model/index.js';

/** Characters of a base64url digest: 132 bits. */
const DIGEST_LENGTH = 22;

/** What a search has given so far, as its number and a digest of its uids in their order. Costs one hash update a chunk. */
export class GivenResults {
  readonly #hash = createHash('sha256');
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get digest(): string {
    return this.#hash.copy().digest('base64url').slice(0, DIGEST_LENGTH);
  }

  take(objects: readonly ConnectorObject[]): void {
    // With their lengths, so that no two rows of uids have one text.
    let text = '';
    for (const { uid: { value } } of objects) text += `${value.length}:${value}`;
    this.#hash.update(text);
    this.#count += objects.length;
  }
}
