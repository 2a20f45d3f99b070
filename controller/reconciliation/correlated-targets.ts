import type { ObjectSet, SetObject } from './object-set.js';
import type { RunEngine } from './run-engine.js';

/** The targets that a single source correlates with, by asking for them: none, one, or two of several. */
export async function correlatedTargets(engine: RunEngine, target: ObjectSet, { source, qualifier }: { readonly source: SetObject; readonly qualifier: string }, signal: AbortSignal): Promise<readonly SetObject[]> {
  const [assessed] = await engine.sources([source], false, signal);
  if (assessed instanceof Error) throw assessed;
  const { filter, ids } = assessed?.find((row) => row.qualifier === qualifier)?.correlation ?? {};
  if (ids !== undefined) return firstOfIds(target, ids, signal);
  return filter === undefined ? [] : firstOf(target.query(filter, undefined, signal));
}

/** Two are ambiguous; more would tell nothing new. */
const ENOUGH = 2;

export async function firstOf(rows: AsyncIterable<SetObject>): Promise<readonly SetObject[]> {
  const found: SetObject[] = [];
  for await (const object of rows) {
    found.push(object);
    if (found.length === ENOUGH) break;
  }
  return found;
}

/** Of the ids a script has found, those that are there. */
export async function firstOfIds(set: ObjectSet, ids: readonly string[], signal: AbortSignal): Promise<readonly SetObject[]> {
  const found: SetObject[] = [];
  for (const id of ids) {
    const object = await set.read(id, signal);
    if (object !== undefined) found.push(object);
    if (found.length === ENOUGH) break;
  }
  return found;
}
