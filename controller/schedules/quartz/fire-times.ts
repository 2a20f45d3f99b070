import { Cron } from 'croner';
import { parseQuartz } from './quartz-expression.js';
import type { TimeZone } from './time-zone.js';

/** Readings looked at, at most, where clocks are set forward: each second of a day. */
const MOST_SKIPPED = 100_000;
/** Changes of the clocks passed on the way to one time. */
const MOST_CHANGES = 1_000;

/**
 * When a Quartz expression fires. What the calendar says is croner's; where clocks are changed: an expression for every hour goes on by
 * elapsed time; any other fires once for each reading, the first time clocks show it, and after the jump when they skip it.
 */
export class FireTimes {
  readonly #calendars: readonly Cron[];
  readonly #isHourly: boolean;
  readonly #zone: TimeZone;

  /** Throws a CronSyntaxError. */
  constructor(expression: string, zone: TimeZone) {
    const { patterns, isHourly } = parseQuartz(expression);
    // The zone is left to TimeZone: croner leaves out the hour that comes twice, and orders the one that is skipped wrongly.
    this.#calendars = patterns.map((pattern) => new Cron(pattern, { timezone: 'UTC', mode: '7-part', alternativeWeekdays: true, domAndDow: true }));
    this.#isHourly = isHourly;
    this.#zone = zone;
  }

  /** The first time after it; undefined when it never fires again. Milliseconds since the epoch. */
  after(time: number): number | undefined {
    return this.#isHourly ? this.#elapsed(time) : this.#shown(time);
  }

  #elapsed(time: number): number | undefined {
    let from = time;
    for (let changes = 0; changes < MOST_CHANGES; changes += 1) {
      const offset = this.#zone.offsetAt(from);
      const reading = this.#reading(from + offset);
      if (reading === undefined) return undefined;
      const at = reading - offset;
      if (this.#zone.offsetAt(at) === offset) return at;
      // The moment of the change itself may be one to fire at.
      from = this.#zone.changeBetween(from, at) - 1;
      const first = this.#reading(this.#zone.readingAt(from + 1) - 1);
      if (first === undefined) return undefined;
      if (first === this.#zone.readingAt(from + 1)) return from + 1;
      from += 1;
    }
    return undefined;
  }

  #shown(time: number): number | undefined {
    let best: number | undefined;
    let reading = this.#reading(time + this.#zone.leastRecentOffset(time));
    for (let looked = 0; reading !== undefined && looked < MOST_SKIPPED; looked += 1) {
      const { time: at, isSkipped } = this.#zone.firstTimeOf(reading);
      if (at > time && (best === undefined || at < best)) best = at;
      // Behind a skipped reading there may be one that clocks show earlier.
      if (best !== undefined && !isSkipped && at >= best) return best;
      reading = this.#reading(reading);
    }
    return best;
  }

  #reading(after: number): number | undefined {
    const next = this.#calendars.flatMap((calendar) => calendar.nextRun(new Date(after))?.getTime() ?? []);
    return next.length === 0 ? undefined : Math.min(...next);
  }
}
