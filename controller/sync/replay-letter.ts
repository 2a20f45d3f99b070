import { anySignal } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { ResourceError, notFound, preconditionFailed } from '../crest/resource-error.js';
import { isReadImpossible } from '../reconciliation/actions/deletion-gate.js';
import type { ObjectSet, SetObject } from '../reconciliation/object-set.js';
import type { Change } from './change-handler.js';
import { MANAGED_LETTERS, type DeadLetters } from './dead-letters.js';
import { liveSyncLease } from './live-sync.js';
import { synchroniseChange, type SynchroniseChangeParts } from './synchronise-change.js';

export interface ReplayParts extends SynchroniseChangeParts {
  readonly deadLetters: DeadLetters;
  readonly setOf: (name: string, identity: Pick<CallerContext, 'caller' | 'transactionId' | 'span'>) => ObjectSet;
}

/**
 * Carries a change that was given up through its mappings again, with the object as it is now: changes after it are not undone. The letter
 * goes with it. Throws 404, 409 when it fails again, and 412 while liveSync of its type is running.
 */
export async function replayLetter(parts: ReplayParts, system: string, id: string, context: CallerContext): Promise<readonly JsonObject[]> {
  const letter = await parts.deadLetters.read(system, id);
  if (letter === undefined) throw notFound(`No dead letter ${id} of system ${system}`);
  const { objectType, uid } = letter;
  if (typeof objectType !== 'string' || typeof uid !== 'string') throw new ResourceError(409, `Dead letter ${id} does not say which object it is about`);
  const container = system === MANAGED_LETTERS && objectType.startsWith('managed/') ? objectType : `system/${system}/${objectType}`;
  const results = await parts.database.exclusively(liveSyncLease(container), async (lease) => {
    const signal = anySignal(lease, context.signal);
    const change = await changeNow(parts, { container, id: uid, letter }, context, signal);
    return synchroniseChange(parts, change, signal, async (tx) => { await parts.deadLetters.using(tx).remove(system, id); });
  });
  if (results === undefined) throw preconditionFailed(`liveSync of ${container} is running; try again when it has ended`);
  return results;
}

async function changeNow({ setOf }: ReplayParts, { container, id, letter }: { readonly container: string; readonly id: string; readonly letter: JsonObject }, { caller, transactionId, span }: CallerContext, signal: AbortSignal): Promise<Change> {
  const base = { container, id, transactionId, span, isRepeated: false } as const;
  let object: SetObject | undefined;
  try {
    object = await setOf(container, { caller, transactionId, span }).read(id, signal);
  } catch (error) {
    // A system that cannot be read by id has nothing but the change.
    if (!isReadImpossible(error)) throw error;
    const record = letter['failedRecord'];
    object = typeof record === 'object' && record !== null ? { ...(record as JsonObject), _id: id } : undefined;
  }
  return object === undefined ? { ...base, kind: 'delete' } : { ...base, kind: 'update', newValue: object };
}
