import { createHash } from 'node:crypto';
import type { ConnectorInfo } from '../model/index.js';

type List = readonly ConnectorInfo[];

/** So many entries are kept before those nobody uses any more are dropped. */
const ENTRIES = 64;

/**
 * Lists of connectors by their bytes: agents of one version publish the same list of a megabyte, and a controller of
 * thousands keeps and decodes it once. A list lives as long as a group uses it.
 */
export class KnownLists {
  readonly #byDigest = new Map<string, WeakRef<List>>();
  readonly #encoded = new WeakMap<List, Uint8Array>();

  /** The list these bytes mean; `decode` is asked where it is not known. */
  of(bytes: Uint8Array, decode: (bytes: Uint8Array) => List): List {
    const digest = createHash('sha256').update(bytes).digest('base64');
    const known = this.#byDigest.get(digest)?.deref();
    if (known !== undefined) return known;
    const list = decode(bytes);
    if (this.#byDigest.size >= ENTRIES) this.#dropUnused();
    if (this.#byDigest.size < ENTRIES) this.#byDigest.set(digest, new WeakRef(list));
    return list;
  }

  /** The bytes of a list of our own; `encode` is asked once for each list. */
  bytesOf(list: List, encode: (list: List) => Uint8Array): Uint8Array {
    const known = this.#encoded.get(list);
    if (known !== undefined) return known;
    const bytes = encode(list);
    this.#encoded.set(list, bytes);
    return bytes;
  }

  #dropUnused(): void {
    for (const [digest, list] of this.#byDigest) if (list.deref() === undefined) this.#byDigest.delete(digest);
  }
}
