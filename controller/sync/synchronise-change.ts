import type { JsonObject } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import type { Database, Transaction } from '../store/database/database.js';
import type { Change, ChangeHandler } from './change-handler.js';

export interface SynchroniseChangeParts {
  readonly database: Database;
  readonly changes: ChangeHandler;
}

/**
 * Carries one change through the mappings of its source outside a run of liveSync: implicit sync of managed objects, `/sync`, dead letters.
 * Links, audit, and what `also` does are one transaction. Throws 409 with the results when a mapping failed; what was done before is kept then,
 * and `also` is not.
 */
export async function synchroniseChange({ database, changes }: SynchroniseChangeParts, change: Change, signal: AbortSignal, also: (tx: Transaction) => Promise<void> = () => Promise.resolve()): Promise<readonly JsonObject[]> {
  const handled = await changes.handle(change, signal);
  const failure = handled?.failure;
  if (handled !== undefined && failure !== undefined) {
    await database.transaction((tx) => handled.store(tx));
    throw new ResourceError(409, failure.message, { detail: [...handled.results], cause: failure });
  }
  try {
    await database.transaction(async (tx) => {
      await handled?.store(tx);
      await also(tx);
    });
  } catch (error) {
    if (handled !== undefined && error instanceof ResourceError && error.code === 409) await database.transaction((tx) => handled.storeFailure(tx, error));
    throw error;
  }
  return handled?.results ?? [];
}
