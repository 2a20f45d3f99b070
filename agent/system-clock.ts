import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../protocol/session/contract.js';

/** The machine's clock; `now` is monotonic, so that a corrected wall clock neither shortens nor lengthens a wait. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};
