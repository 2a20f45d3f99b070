import { both, widened, type Interval } from './interval.js';

/** Milliseconds a clock may run off in a millisecond; crystals are a tenth of it. */
export const DRIFT = 1e-4;
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;
/** How far a clock that is set by others may be off. */
const UNSEEN = 1_000;

/**
 * How far the server's clock is ahead of the limiter's, from the `Date` of its answers (RFC 9110, section 6.6.1: whole seconds).
 * Each answer was made between sending and receiving: what all of them allow is soon narrower than a second.
 */
export class ServerClock {
  readonly #wallTime: () => number;
  #ahead: Interval | undefined;
  #at = 0;

  /** `wallTime`: milliseconds since 1970, taken for servers that send no date. */
  constructor(wallTime: () => number = Date.now) {
    this.#wallTime = wallTime;
  }

  /** Milliseconds since 1970 less those of the limiter's clock. */
  ahead(headers: ReadonlyMap<string, string>, { low: sentAt, high: receivedAt }: Interval): Interval {
    const text = headers.get('date') ?? '';
    const date = DATE.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(date)) {
      const here = this.#wallTime() - receivedAt;
      return this.#ahead ?? { low: here - UNSEEN, high: here + UNSEEN };
    }
    const seen = { low: date - receivedAt, high: date + 1_000 - sentAt };
    // Where they contradict each other, one of the clocks has been set.
    this.#ahead = (this.#ahead === undefined ? undefined : both(widened(this.#ahead, DRIFT * Math.max(0, receivedAt - this.#at)), seen)) ?? seen;
    this.#at = receivedAt;
    return this.#ahead;
  }
}
