import { setTimeout as sleep } from 'node:timers/promises';
import { ResourceError } from '../../crest/resource-error.js';
import { DatabaseUnavailable } from '../../store/database/database-errors.js';
import type { Log } from '../../log.js';

/** How long a run waits for a system that cannot be reached, in milliseconds, and between tries. */
export interface PatienceSettings {
  readonly limit: number;
  readonly firstPause: number;
  readonly longestPause: number;
  /** After a write whose outcome nobody knows, so long until it is repeated: by then a target has come to it or never will. Undefined: it is not repeated. */
  readonly settles: number | undefined;
}

const SETTLES = 60_000;

/** Milliseconds. A run that has not the time to let targets settle does not repeat such writes. */
export function patienceOf(limit: number, settles = SETTLES): PatienceSettings {
  return { limit, firstPause: 500, longestPause: 10_000, settles: limit < settles ? undefined : settles };
}

/** That a system could not be reached, so that trying again later may help. A database that is away ends this process's part of the run. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ResourceError && !(error instanceof DatabaseUnavailable) && (error.code === 503 || error.code === 502 || error.code === 504);
}

/**
 * Does again what failed because a system could not be reached, until that has lasted for `limit`: an agent that restarts in the middle
 * of a run is no reason to begin the run anew. `work` must be safe to repeat.
 */
export async function patiently<T>(work: () => Promise<T>, { settings, log, signal }: { readonly settings: PatienceSettings; readonly log: Log; readonly signal: AbortSignal }): Promise<T> {
  let until: number | undefined;
  for (let pause = settings.firstPause; ; pause = Math.min(settings.longestPause, pause * 2)) {
    try {
      return await work();
    } catch (error) {
      until ??= performance.now() + settings.limit; // of the time it cannot be reached, not of the work
      if (signal.aborted || !isUnreachable(error) || performance.now() + pause > until) throw error;
      log.debug({ err: error, pause }, 'a system cannot be reached; the run waits');
      await sleep(pause, undefined, { signal });
    }
  }
}
