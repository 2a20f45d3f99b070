import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../protocol/session/contract.js';

/** What a timer takes, some 24 days; Node would fire at once for more. */
const LONGEST_TIMER = 2_147_483_647;

/** The machine's clock; `now` is monotonic, so that a corrected wall clock neither shortens nor lengthens a wait. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await delay(Math.min(milliseconds, LONGEST_TIMER), undefined, signal === undefined ? {} : { signal });
  },
};
