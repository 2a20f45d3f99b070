import type { JsonObject } from '../../crest/json.js';
import type { Change } from '../../sync/change-handler.js';

/** A change of a managed object that is stored. Values have `_id` and `_rev`, and protected values as they are stored. */
export interface ManagedChange extends Change {
  /** Absent for a new object. */
  readonly oldValue?: JsonObject | undefined;
}

/** Carries changes to where mappings say: implicit sync. */
export interface ManagedChangeHandler {
  handle(change: ManagedChange, signal: AbortSignal): Promise<void>;
}
