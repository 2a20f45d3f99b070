/** Time as the framework sees it; tests hand in their own. Milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back once, `milliseconds` from now, unless the returned function was called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Longest delay of a Node timer; longer waits are woken early and armed again by whoever needs them. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after the time, rejects with the signal's reason when that fires first. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
    function aborted(): void {
      cancel();
      reject(signal.reason as Error);
    }
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Waits for the work, but no longer than the time. Never rejects; true when the work ended (well or badly) in time. */
export function settledWithin(clock: Clock, work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(milliseconds, () => resolve(false));
    const ended = (): void => {
      cancel();
      resolve(true);
    };
    work.then(ended, ended);
  });
}
