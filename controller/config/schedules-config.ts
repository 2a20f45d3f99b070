import { z } from 'zod';
import { duration, integer, lifetime } from './setting-types.js';

const DAY = 86_400_000;

/** Section `schedules`: whether this controller fires them, and how long what they did is kept. */
export const schedules = () => z.strictObject({
  enabled: z.boolean({ error: 'must be true or false' }).default(true),
  maxConcurrentRuns: integer(1, 100).default(10),
  missedAfter: duration().default(60_000),
  history: lifetime(60_000, 3_650 * DAY).default(30 * DAY),
});

export type SchedulesConfig = z.infer<ReturnType<typeof schedules>>;
