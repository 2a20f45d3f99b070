import type { Clock, SessionLog } from './contract.js';

/** What a timer takes, some 24 days; Node would fire at once for more. */
const LONGEST_TIMER = 2_147_483_647;

/** The machine's clock; `now` is monotonic, so that a corrected wall clock neither shortens nor lengthens a wait. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (milliseconds, signal) => new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      if (signal !== undefined) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, Math.min(milliseconds, LONGEST_TIMER));
    signal?.addEventListener('abort', onAbort, { once: true });
  }),
};

/** For signals whose reason nobody looks at: without one, each would make an exception with its stack. */
export const NO_MATTER = new Error('it does not matter any more');

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}

/** Runs `action` once after `milliseconds`, unless the returned function is called before. A failing action is logged. */
export function after(clock: Clock, milliseconds: number, log: SessionLog, action: () => void): () => void {
  const cancelled = new AbortController();
  clock.sleep(milliseconds, cancelled.signal).then(
    () => {
      if (!cancelled.signal.aborted) action();
    },
    () => undefined,
  ).catch((error: unknown) => log.error({ err: error }, 'A timer of the session failed.'));
  return () => cancelled.abort(NO_MATTER);
}
