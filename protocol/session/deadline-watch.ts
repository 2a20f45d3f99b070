import type { Clock } from './contract.js';

/**
 * Fires once something has lasted `milliseconds` without a break. `since` tells from when it counts, or undefined while it
 * does not; so that thousands of messages a second cost no timers. Ends with the signal.
 */
export async function watchDeadline(
  clock: Clock, milliseconds: number, since: () => number | undefined, signal: AbortSignal, onExpired: () => void,
): Promise<void> {
  for (;;) {
    const left = (since() ?? clock.now()) + milliseconds - clock.now();
    if (left <= 0) {
      onExpired();
      return;
    }
    try {
      await clock.sleep(left, signal);
    } catch {
      return;
    }
  }
}

/** As {@link watchDeadline}, again each time something has lasted so long once more. */
export async function watchRepeatedly(clock: Clock, milliseconds: number, since: () => number | undefined, signal: AbortSignal, onExpired: () => void): Promise<void> {
  let last = clock.now();
  while (!signal.aborted) {
    const sinceLast = (): number | undefined => {
      const begun = since();
      return begun === undefined ? undefined : Math.max(begun, last);
    };
    await watchDeadline(clock, milliseconds, sinceLast, signal, () => {
      last = clock.now();
      onExpired();
    });
  }
}
