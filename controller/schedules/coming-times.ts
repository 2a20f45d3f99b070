import type { JsonObject, JsonValue } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import { compileSchedule } from './schedule.js';

const MOST = 50;

/** The next times of a schedule that need not be stored: `count` (5) of them, or what is wrong with it. `now`: milliseconds since the epoch. */
export function comingTimes(content: JsonObject, count: number, now: number): JsonValue {
  try {
    const schedule = compileSchedule('preview', content);
    const times: string[] = [];
    for (let at = schedule.fireAfter(now, now); at !== undefined && times.length < Math.min(count, MOST); at = schedule.fireAfter(at, now)) times.push(new Date(at).toISOString());
    return { valid: true, times };
  } catch (error) {
    if (error instanceof ResourceError && error.code === 400) return { valid: false, message: error.message };
    throw error;
  }
}
