/** What is known of a number: it is not below `low` and not above `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const ANYTHING: Interval = { low: -Infinity, high: Infinity };

/** Both hold; undefined where they contradict each other. */
export function both(one: Interval, other: Interval): Interval | undefined {
  const low = Math.max(one.low, other.low);
  const high = Math.min(one.high, other.high);
  return low <= high ? { low, high } : undefined;
}

export function widened({ low, high }: Interval, by: number): Interval {
  return { low: low - by, high: high + by };
}
