import { createHash } from 'node:crypto';
import type { ConnectorInfo } from '../model/index.js';

type List = readonly ConnectorInfo[];

/** So many entries are kept before those nobody uses any more are dropped. */
const ENTRIES = 64;
/** So many lists are named to a peer that is asked for its own: as many versions of agents as one controller may see. */
const NAMED = 8;

interface Encoded { readonly bytes: Uint8Array; readonly digest: string }

/**
 * Lists of connectors by their bytes: agents of one version publish the same list of a megabyte, and a controller of
 * thousands receives, keeps and decodes it once. A list lives as long as a group uses it.
 */
export class KnownLists {
  /** The one that came last is last. */
  readonly #byDigest = new Map<string, WeakRef<List>>();
  readonly #encoded = new WeakMap<List, Encoded>();

  /** The list these bytes mean; `decode` is asked where it is not known. */
  of(bytes: Uint8Array, decode: (bytes: Uint8Array) => List): List {
    const digest = digestOf(bytes);
    const known = this.#byDigest.get(digest)?.deref();
    const list = known ?? decode(bytes);
    if (known === undefined && this.#byDigest.size >= ENTRIES) this.#dropUnused();
    if (this.#byDigest.delete(digest) || this.#byDigest.size < ENTRIES) this.#byDigest.set(digest, new WeakRef(list));
    return list;
  }

  /** Those that came last, by their digests. */
  recent(): ReadonlyMap<string, List> {
    const recent = new Map<string, List>();
    for (const [digest, reference] of [...this.#byDigest].reverse()) {
      const list = reference.deref();
      if (list !== undefined) recent.set(digest, list);
      if (recent.size === NAMED) break;
    }
    return recent;
  }

  /** A list of our own; `encode` is asked once for each. */
  encoded(list: List, encode: (list: List) => Uint8Array): Encoded {
    const known = this.#encoded.get(list);
    if (known !== undefined) return known;
    const bytes = encode(list);
    const encoded = { bytes, digest: digestOf(bytes) };
    this.#encoded.set(list, encoded);
    return encoded;
  }

  #dropUnused(): void {
    for (const [digest, list] of this.#byDigest) if (list.deref() === undefined) this.#byDigest.delete(digest);
  }
}

/** SHA-256 in Base64. */
function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
