import type { TraceSpan } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import type { Log } from '../log.js';

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
}

/** What is done about changes. A rejection is a failure of the change, and the system's failure handler decides. */
export interface ChangeHandler {
  handle(change: Change, signal: AbortSignal): Promise<void>;
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
      return Promise.resolve();
    },
  };
}
