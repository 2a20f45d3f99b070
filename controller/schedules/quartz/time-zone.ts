const MINUTE = 60_000;
/** Longer than any clock was ever set by at once. */
const AROUND = 26 * 60 * MINUTE;

/** What clocks show in a time zone. Times are milliseconds since the epoch; a reading is such a time, too, as if it were in UTC. */
export class TimeZone {
  readonly id: string;
  readonly #format: Intl.DateTimeFormat;

  /** Throws a RangeError for an id the runtime does not know. */
  constructor(id: string) {
    this.id = id;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: id, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', era: 'short' });
  }

  /** How far clocks are ahead of UTC, in milliseconds. */
  offsetAt(time: number): number {
    const second = Math.floor(time / 1_000) * 1_000;
    const part = Object.fromEntries(this.#format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']) - second;
  }

  readingAt(time: number): number {
    return time + this.offsetAt(time);
  }

  /** When clocks show it first. A reading they skip is as long after the jump as it would have been without one. */
  firstTimeOf(reading: number): { readonly time: number; readonly isSkipped: boolean } {
    const before = this.offsetAt(reading - AROUND);
    const after = this.offsetAt(reading + AROUND);
    const times = [...new Set([before, after])].map((offset) => reading - offset).filter((time) => this.readingAt(time) === reading);
    return times.length === 0 ? { time: reading - before, isSkipped: true } : { time: Math.min(...times), isSkipped: false };
  }

  /** The smallest offset of the last day: clocks that were set forward showed less before. */
  leastRecentOffset(time: number): number {
    return Math.min(this.offsetAt(time), this.offsetAt(time - AROUND));
  }

  /** The first time after `from` at which the offset is that of `to`; `from` and `to` have different ones. */
  changeBetween(from: number, to: number): number {
    const target = this.offsetAt(from);
    let [low, high] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle * 1_000) === target) low = middle;
      else high = middle;
    }
    return high * 1_000;
  }
}
