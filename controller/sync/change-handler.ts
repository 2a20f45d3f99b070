import type { TraceSpan } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import type { Log } from '../log.js';
import type { Transaction } from '../store/database/database.js';

/** One change of a source, as liveSync found it. */
export interface Change {
  readonly kind: 'create' | 'update' | 'delete';
  /** `system/s/t` */
  readonly container: string;
  readonly id: string;
  /** The object now, `_id` and, after a rename, `_previous-id` included; absent for a delete. */
  readonly newValue?: JsonObject | undefined;
  readonly transactionId: string;
  /** Of the run, where tracing is on. */
  readonly span?: TraceSpan | undefined;
  /** It may have been carried through before, by a run that was cut off. */
  readonly isRepeated?: boolean | undefined;
}

export type ChangeCount = 'created' | 'updated' | 'deleted' | 'skipped';

/** What was done about a change, and what is left to be stored. */
export interface HandledChange {
  /** One for each mapping and link qualifier. */
  readonly counts: readonly ChangeCount[];
  /** What stopped it; what came before it was done. */
  readonly failure: Error | undefined;
  /** For the caller of `/sync`, in the order of the mappings. */
  readonly results: readonly JsonObject[];
  /** Links and audit, in the transaction that notes the change as done. Throws 409, and nothing may be kept then, when a link cannot be made. */
  store(tx: Transaction): Promise<void>;
  /** Instead of `store`, when it threw: what is to be known of the failure. */
  storeFailure(tx: Transaction, failure: Error): Promise<void>;
}

/** What is done about changes. The system's failure handler decides about a failure, told or thrown. */
export interface ChangeHandler {
  /** Undefined: there is nothing to store. */
  handle(change: Change, signal: AbortSignal): Promise<HandledChange | undefined>;
}

/** Notes changes of a source that no mapping covers. */
export function loggingChangeHandler(log: Log): ChangeHandler & { readonly counts: ReadonlyMap<string, number> } {
  const counts = new Map<string, number>();
  return {
    counts,
    handle({ kind, container, id, transactionId }) {
      const key = `${container} ${kind}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      log.info({ audit: `sync-${kind}`, container, id, transactionId }, 'change without mapping');
      return Promise.resolve(undefined);
    },
  };
}
