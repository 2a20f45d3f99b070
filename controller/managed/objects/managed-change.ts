import type { JsonObject } from '../../crest/json.js';
import type { Transaction } from '../../store/database/database.js';
import type { Change } from '../../sync/change-handler.js';

/** A change of a managed object that is stored. Values have `_id` and `_rev`, and protected values as they are stored. */
export interface ManagedChange extends Change {
  /** Absent for a new object, and where it is not known any more. */
  readonly oldValue?: JsonObject | undefined;
}

/** Carries changes to where mappings say: implicit sync. */
export interface ManagedChangeHandler {
  /** Whether mappings are to be told of changes of `managed/<type>`; true while that cannot be known. */
  covers(container: string): Promise<boolean>;
  /**
   * `also`: in the transaction that stores what came of it. Throws 409 when a mapping failed: that is stored, without `also`, and the end of it.
   * With any other error the change is yet to be carried on.
   */
  handle(change: ManagedChange, signal: AbortSignal, also: (tx: Transaction) => Promise<void>): Promise<void>;
  /** Keeps a change that cannot be brought to an end as a dead letter, under `token`. */
  giveUp(tx: Transaction, change: Pick<Change, 'container' | 'id'> & { readonly token: string }, cause: string): Promise<void>;
}
