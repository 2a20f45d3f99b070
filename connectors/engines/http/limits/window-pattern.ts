import { ANYTHING, both, widened, type Interval } from './interval.js';
import { DRIFT } from './server-clock.js';

/** An end of a window as headers tell it: `at` by the server's clock, where it is told so; `end`: on the limiter's, roughly. */
export interface ToldEnd {
  readonly at: number | undefined;
  readonly end: Interval;
}

const SECOND = 1_000;
/** What people choose for the length of a window. */
const ROUND = [3_600, 60, 30, 10, 5, 1].map((seconds) => seconds * SECOND);
/** Windows that have to agree before a pattern is relied upon. */
const ENOUGH = 2;

/** The longest of the roundest ones: to wait too long costs less than a refusal. */
function roundestIn({ low, high }: Interval): number | undefined {
  return ROUND.map((step) => Math.floor(high / step) * step).find((length) => length > 0 && length >= low);
}

/**
 * When windows end, more exactly than headers of whole seconds say it. Two kinds of servers are told apart by what they answer: where a
 * window begins with the first request after the last one (as with TeamDynamix), its end follows from when that request was under
 * way; where windows follow a clock, the part of a second that headers leave out is always the same, and every answer narrows it.
 * As long as neither is certain, the headers alone count.
 */
export class WindowPattern {
  #length: Interval;
  #begun = 0;
  #beginsWithRequest = true;
  #opening: Interval | undefined;
  #period: number | undefined;
  #steps = 0;
  #lastEnd: number | undefined;
  /** The server's `at` less the end on the limiter's clock. */
  #offset: Interval | undefined;
  #offsetAt = 0;

  /** `length`: milliseconds of a window, where they are known. */
  constructor(length?: number) {
    this.#length = length === undefined ? ANYTHING : { low: length, high: length };
    if (length !== undefined) this.learnLength(length);
  }

  learnLength(length: number): void {
    if (this.#period === length) return;
    this.#period = length;
    this.#narrowLength({ low: length, high: length });
    this.#begun = Math.max(this.#begun, ENOUGH - 1);
  }

  /** The first answer of a window other than the last one. */
  begins({ at }: ToldEnd, receivedAt: number): void {
    // A window that ends too early does not begin with a request.
    if (this.#opening !== undefined && this.#begun >= ENOUGH && receivedAt - this.#opening.low < (roundestIn(this.#length) ?? 0)) this.#beginsWithRequest = false;
    this.#opening = undefined;
    if (at !== undefined && this.#lastEnd !== undefined) this.#step(at - this.#lastEnd);
    this.#lastEnd = at;
  }

  /** The window's first request was this client's, and under way in that time. */
  opened({ end }: ToldEnd, underWay: Interval): void {
    if (this.#opening !== undefined) return;
    this.#opening = underWay;
    this.#begun++;
    this.#narrowLength({ low: end.low - underWay.high, high: end.high - underWay.low });
  }

  /** What is known of the end of the current window by an answer of it. */
  end(told: ToldEnd, underWay: Interval): Interval {
    if (this.#opening !== undefined) this.#narrowLength({ low: underWay.low - this.#opening.high, high: Infinity });
    const length = roundestIn(this.#length);
    if (this.#beginsWithRequest) {
      if (this.#opening === undefined || this.#begun < ENOUGH || length === undefined) return told.end;
      return both(told.end, { low: this.#opening.low + length, high: this.#opening.high + length }) ?? told.end;
    }
    return this.#byClock(told, underWay);
  }

  #narrowLength(seen: Interval): void {
    const narrower = both(this.#length, seen);
    if (narrower !== undefined && roundestIn(narrower) !== undefined) this.#length = narrower;
    else this.#beginsWithRequest = false;
  }

  #step(step: number): void {
    if (step <= 0) return;
    const period = this.#period ?? step;
    if (step % period === 0) this.#period = period;
    else if (period % step === 0) this.#period = step;
    else this.#steps = -ENOUGH;
    this.#steps++;
  }

  /** An end is after the request of its window was sent, and the one before it is before the answer was received. */
  #byClock({ at, end }: ToldEnd, { low: sentAt, high: receivedAt }: Interval): Interval {
    if (at === undefined || this.#period === undefined) return end;
    const told = { low: at - end.high, high: at - end.low };
    const known = this.#offset === undefined ? told : both(widened(this.#offset, DRIFT * (receivedAt - this.#offsetAt)), told);
    this.#offset = (known === undefined ? undefined : both(known, { low: at - this.#period - receivedAt, high: at - sentAt })) ?? told;
    this.#offsetAt = receivedAt;
    return this.#steps < ENOUGH ? end : { low: at - this.#offset.high, high: at - this.#offset.low };
  }
}
