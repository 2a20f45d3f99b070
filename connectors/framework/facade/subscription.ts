import { ConnectorError, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { sleep, type Clock } from '../clock.js';
import type { ConnectorLog } from '../spi.js';

export interface Polling {
  readonly clock: Clock;
  readonly log: ConnectorLog;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly signal: AbortSignal;
  readonly latestToken: () => Promise<SyncToken | null>;
  /** Called once the place to start from is known: a change made from now on is given. */
  readonly onStarted?: (() => void) | undefined;
  readonly sync: (token: SyncToken | null) => AsyncGenerator<SyncDelta, SyncToken | undefined, void>;
}

const LONGEST_BACKOFF = 60_000;

/** Retryable failures are waited out, twice as long each time; anything else ends the subscription. */
async function waitOut(error: unknown, failures: number, polling: Polling): Promise<void> {
  if (polling.signal.aborted || !(error instanceof ConnectorError) || !error.retryable) throw error;
  const wait = Math.min(LONGEST_BACKOFF, polling.interval * 2 ** Math.min(failures, 10));
  polling.log.warn({ error: error.message, retryInMs: wait }, 'Looking for changes failed, the subscription goes on');
  await sleep(polling.clock, wait, polling.signal);
}

/**
 * A subscription to changes, made of syncs: from the token given, or from now on. Each change is given once; a sync that
 * fails half-way goes on after the last change it gave. Ends only by abort or by an error that will not go away.
 */
export async function* pollChanges(start: SyncToken | null, polling: Polling): AsyncGenerator<SyncDelta, undefined, void> {
  let token = start;
  let started = false;
  let failures = 0;
  for (;;) {
    try {
      if (!started) {
        token ??= await polling.latestToken();
        started = true;
        polling.onStarted?.();
      }
      const deltas = polling.sync(token);
      try {
        for (;;) {
          const step = await deltas.next();
          if (step.done === true) {
            token = step.value ?? token;
            break;
          }
          yield step.value;
          ({ token } = step.value);
        }
      } finally {
        await deltas.return(undefined);
      }
      failures = 0;
    } catch (error) {
      await waitOut(error, ++failures, polling);
      continue;
    }
    await sleep(polling.clock, polling.interval, polling.signal);
  }
}
