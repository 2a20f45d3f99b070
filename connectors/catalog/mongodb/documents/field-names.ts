import { attributeKey } from '../../../../protocol/model/index.js';
import { systemClock } from '../../../framework/clock.js';
import type { DatabaseSession } from '../connection/mongo-session.js';

/** Milliseconds a look at a collection is good for. */
const FRESH = 30_000;
/** Documents looked at from either end of a collection. */
const LOOKED_AT = 50;

interface Seen { readonly at: number; readonly documents: Promise<readonly Readonly<Record<string, unknown>>[]> }

/** Some documents of a collection, from its oldest and its newest. */
export async function sampleDocuments({ database }: DatabaseSession, collection: string, signal: AbortSignal, promoteValues = true): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const from = (direction: 1 | -1) => database.collection(collection).find({}, { sort: { _id: direction }, limit: LOOKED_AT, signal, promoteValues }).toArray();
  return [...await from(1), ...await from(-1)];
}

/**
 * How the documents of a collection spell their fields. Names of attributes compare without case and those of fields with it; so
 * what an attribute is called in the database is looked up in some of the documents, and looked up again after a while.
 */
export class FieldNames {
  readonly #seen = new Map<string, Seen>();

  /** Fields by attribute key; all spellings of each, the most frequent first. */
  async spellings(session: DatabaseSession, collection: string, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
    const counts = new Map<string, Map<string, number>>();
    for (const document of await this.#documents(session, collection, signal)) {
      for (const field of Object.keys(document)) {
        const spelled = counts.get(attributeKey(field)) ?? new Map<string, number>();
        counts.set(attributeKey(field), spelled.set(field, (spelled.get(field) ?? 0) + 1));
      }
    }
    return new Map([...counts].map(([key, spelled]) => [key, [...spelled].sort(([, a], [, b]) => b - a).map(([field]) => field)]));
  }

  async #documents(session: DatabaseSession, collection: string, signal: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const known = this.#seen.get(collection);
    if (known !== undefined && systemClock.now() - known.at < FRESH) {
      try {
        return await known.documents;
      } catch {
        signal.throwIfAborted();        // who asked first gave up, or failed: ask again
      }
    }
    const seen: Seen = { at: systemClock.now(), documents: sampleDocuments(session, collection, signal) };
    this.#seen.set(collection, seen);
    seen.documents.catch(() => { if (this.#seen.get(collection) === seen) this.#seen.delete(collection); });
    return seen.documents;
  }
}
