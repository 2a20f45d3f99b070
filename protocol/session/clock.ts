import type { Clock, SessionLog } from './contract.js';

/** Wall-clock time of this process. */
export const systemClock: Clock = {
  now: () => Date.now(),
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
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  }),
};

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
  return () => cancelled.abort();
}
