import { timeKey } from './generalized-time.js';

/** Something that happened, and where to read about it. */
export interface Found { readonly time: string; readonly dn: string }

/** Where to begin. `inclusive` false: only later times. */
export interface Bound { readonly time: string; readonly inclusive: boolean }

/** Most things held in memory at once; a run with more takes several scans. */
const CAPACITY = 2000;

function byTime(left: Found, right: Found): number {
  const [a, b] = [timeKey(left.time) ?? '', timeKey(right.time) ?? ''];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The earliest of what a scan finds, and whether there was more. */
async function earliest(found: AsyncIterable<Found>, from: Bound, capacity: number): Promise<{ readonly items: Found[]; readonly more: boolean }> {
  const start = timeKey(from.time) ?? '';
  let items: Found[] = [];
  let more = false;
  for await (const item of found) {
    const key = timeKey(item.time);
    if (key === undefined || key < start || (key === start && !from.inclusive)) continue;
    items.push(item);
    if (items.length < capacity * 2) continue;
    items = items.sort(byTime).slice(0, capacity);
    more = true;
  }
  items.sort(byTime);
  return { items: items.slice(0, capacity), more: more || items.length > capacity };
}

/**
 * What an unordered source has from `start` on, in order of time, in bounded memory: the earliest are picked by scanning,
 * then the rest by scanning again from there. `scan` finds things at and after a time. Within one time the order is open;
 * more than `capacity` things at one time are passed on as a scan finds them.
 */
export async function* earliestFirst(scan: (from: string) => AsyncIterable<Found>, start: Bound, capacity = CAPACITY): AsyncGenerator<Found, void, void> {
  let from = start;
  for (;;) {
    const { items, more } = await earliest(scan(from.time), from, capacity);
    if (!more) return yield* items;
    const last = items.at(-1)?.time ?? from.time;
    const complete = items.filter((item) => timeKey(item.time) !== timeKey(last));
    yield* complete;
    if (complete.length > 0) from = { time: last, inclusive: true };
    else {
      for await (const item of scan(last)) if (timeKey(item.time) === timeKey(last)) yield item;
      from = { time: last, inclusive: false };
    }
  }
}
