import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../crest/json.js';
import { mayHaveBeenApplied } from '../systems/translate-error.js';
import type { Mapping } from './mapping.js';
import type { ObjectSet, SetObject } from './object-set.js';
import { TargetQueries } from './target-lookup.js';

/**
 * Writes whose failure leaves open whether they were carried out are never repeated blindly: the target is read, and what
 * it shows decides. What cannot be seen there stays the failure it was, and the next run assesses the object anew.
 */

/** The id of the created object. */
export async function createOnce({ mapping, target }: { readonly mapping: Mapping; readonly target: ObjectSet }, source: SetObject, content: JsonObject, signal: AbortSignal): Promise<string> {
  return unlessDone(() => target.create(content, signal), async () => {
    const [found, another] = await new TargetQueries(mapping, target).correlated(source, signal);
    return another === undefined ? found?.id : undefined;
  });
}

/** The id after the update. */
export async function updateOnce(target: ObjectSet, { id, changed, revision }: { readonly id: string; readonly changed: JsonObject; readonly revision: string | undefined }, signal: AbortSignal): Promise<string> {
  return unlessDone(() => target.update(id, changed, revision, signal), async () => {
    const object = await target.read(id, signal);
    return object !== undefined && Object.entries(changed).every(([name, value]) => isDeepStrictEqual(object[name] ?? null, value)) ? id : undefined;
  });
}

/** False when it was gone already. */
export async function deleteOnce(target: ObjectSet, id: string, signal: AbortSignal): Promise<boolean> {
  return unlessDone(() => target.delete(id, signal), async () => (await target.read(id, signal) === undefined ? true : undefined));
}

/** `look`: what the target shows of the write; undefined: nothing. */
async function unlessDone<T>(write: () => Promise<T>, look: () => Promise<T | undefined>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const seen = mayHaveBeenApplied(error) ? await look().catch(() => undefined) : undefined;
    if (seen === undefined) throw error;
    return seen;
  }
}
