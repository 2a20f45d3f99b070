import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import { mayHaveBeenApplied } from '../../systems/translate-error.js';
import { correlatedTargets } from '../correlated-targets.js';
import type { RunEngine } from '../run-engine.js';
import type { ObjectSet, SetObject } from '../object-set.js';

/**
 * Writes whose failure leaves open whether they were carried out are never repeated blindly: the target is read, and what
 * it shows decides. What cannot be seen there stays the failure it was, and the next run assesses the object anew.
 */

export interface CreateParts {
  readonly engine: RunEngine;
  readonly target: ObjectSet;
  /** It may have been created before, by a run that was cut off. */
  readonly isRepeated: boolean;
}

/** The id of the created object. */
export async function createOnce({ engine, target, isRepeated }: CreateParts, object: { readonly source: SetObject; readonly qualifier: string; readonly content: JsonObject }, signal: AbortSignal): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    const [found, another] = await correlatedTargets(engine, target, object, signal);
    if (found !== undefined && another === undefined) return found._id;
    const id = await target.named(object.content, signal);
    if (id !== undefined && await isAsMade(target, id, object.content, signal)) return id;
    if (another !== undefined) throw new ResourceError(409, 'It may have been created before, and several targets correlate: which of them it is cannot be told');
    return undefined;
  };
  return (isRepeated ? await look() : undefined) ?? unlessDone(() => target.create(object.content, signal), look);
}

/** Whether an object of the same name is the one that was made: one that was there before has other values. */
async function isAsMade(target: ObjectSet, id: string, content: JsonObject, signal: AbortSignal): Promise<boolean> {
  const object = await target.read(id, signal);
  return object !== undefined && Object.entries(content).every(([name, value]) => object[name] === undefined || name === '_id' || isDeepStrictEqual(object[name], value));
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
