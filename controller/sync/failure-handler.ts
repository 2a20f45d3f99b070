import { isObject } from '../crest/json.js';
import { notSupported } from '../crest/resource-error.js';
import type { SyncFailureSource } from '../systems/provisioner-source.js';
import type { DeadLetter } from './dead-letters.js';
import type { PostRetryScripts } from './post-retry-script.js';

/** `retry` ends the run at the failed change, which comes again; the others give it up. */
export type FailureDecision = 'retry' | 'ignore' | 'dead-letter';

/** Throws 501 for a handler that is a script where none can run: better no run than a change silently given up. */
export function refuseScriptedHandler(system: string, source: SyncFailureSource | undefined, scripts: PostRetryScripts | undefined): void {
  if (typeof source?.postRetryAction !== 'object' || scripts !== undefined) return;
  throw notSupported(`syncFailureHandler.postRetryAction of system ${system} is a script, and this controller runs no scripts; use logged-ignore or dead-letter-queue`);
}

/**
 * What happens to a change that failed for the `tries`-th time: without a handler it is tried for ever; with one, `maxRetries` further
 * times, once a run, and then the post action is done. Rejects when a script does, which means to try again.
 */
export async function afterFailure(source: SyncFailureSource | undefined, letter: DeadLetter, tries: number, scripts: PostRetryScripts | undefined, signal: AbortSignal): Promise<FailureDecision> {
  const most = source?.maxRetries;
  if (most === undefined || most < 0 || tries <= most) return 'retry';
  const action = source?.postRetryAction;
  if (action === 'dead-letter-queue') return 'dead-letter';
  if (typeof action !== 'object' || scripts === undefined) return 'ignore';
  const script = 'script' in action ? action['script'] : undefined;
  if (!isObject(script as never)) throw new Error('syncFailureHandler.postRetryAction.script is no script');
  return scripts.run(script as never, letter, signal);
}
