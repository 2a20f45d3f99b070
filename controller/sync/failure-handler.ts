import type { Log } from '../log.js';
import { notSupported } from '../crest/resource-error.js';
import type { SyncFailureSource } from '../systems/provisioner-source.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import type { RetryCount } from './sync-stage-store.js';

/** `retry` ends the run at the failed change; `goOn` gives the change up. */
export type FailureDecision = { readonly next: 'retry'; readonly retries: RetryCount } | { readonly next: 'goOn' };

export interface FailureHandlerParts {
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  /** A change was put into the queue. */
  readonly onDeadLetter?: (() => void) | undefined;
}

/** Throws 501 for a handler that is a script: better no run than a change silently given up. */
export function refuseScriptedHandler(system: string, source: SyncFailureSource | undefined): void {
  if (typeof source?.postRetryAction !== 'object') return;
  throw notSupported(`syncFailureHandler.postRetryAction of system ${system} is a script, and this controller runs no scripts; use logged-ignore or dead-letter-queue`);
}

/**
 * What happens to a change that failed: without a handler it is tried for ever; with one, `maxRetries` further times, once a
 * run, and then the post action is done.
 */
export async function afterFailure(source: SyncFailureSource | undefined, letter: DeadLetter, before: RetryCount | undefined, parts: FailureHandlerParts): Promise<FailureDecision> {
  const tries = before?.token === letter.token ? before.count + 1 : 1;
  const retry: FailureDecision = { next: 'retry', retries: { token: letter.token, count: tries } };
  const most = source?.maxRetries;
  if (most === undefined || most < 0 || tries <= most) return retry;
  const { token, uid, objectType, failureCause } = letter;
  const about = { system: letter.systemIdentifier, objectType, uid, token, failureCause };
  if (source?.postRetryAction !== 'dead-letter-queue') {
    parts.log.warn(about, 'change given up after its last retry');
    return { next: 'goOn' };
  }
  try {
    await parts.deadLetters.add(letter);
    parts.onDeadLetter?.();
    parts.log.warn(about, 'change put into the dead letter queue');
    return { next: 'goOn' };
  } catch (error) {
    parts.log.error({ ...about, err: error }, 'dead letter not stored, the change is retried');
    return retry;
  }
}
