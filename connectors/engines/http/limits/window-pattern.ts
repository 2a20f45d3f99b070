import { ClockWindows } from './clock-windows.js';
import type { Interval } from './interval.js';
import { RequestWindows } from './request-windows.js';

/** An end of a window as headers tell it: `at` by the server's clock, where it is told so; `end`: on the limiter's, roughly. */
export interface ToldEnd {
  readonly at: number | undefined;
  readonly end: Interval;
}

/** An end of a window as far as it is known. */
export interface KnownEnd extends Interval {
  /** Headers tell it; or windows are expected to end so, or have done it before. */
  readonly basis: 'told' | 'expected' | 'tried';
  /** From when on a request that is left over can find out. */
  readonly trial?: number | undefined;
}

/** Windows that have to end as expected before that is relied upon. */
const ENOUGH = 2;
/** The part of a window by which a request may come after its expected end and still tell of it. */
const CLOSE = 0.1;

/** How often windows have ended by the time that was expected. */
class Expectation {
  #at: number | undefined;
  #met = 0;

  get isTried(): boolean {
    return this.#met >= ENOUGH;
  }

  /** An answer of the window, whose request was sent then. */
  is(end: Interval | undefined, sentAt: number): void {
    if (this.#at !== undefined && sentAt >= this.#at) this.#met = 0;
    this.#at = end?.high;
  }

  failed(): void {
    this.#met = 0;
  }

  /** The first answer of the next window; `since`: that of this one. */
  over(since: number, { low: sentAt, high: receivedAt }: Interval): void {
    if (this.#at === undefined) return;
    if (receivedAt < this.#at) this.#met = 0;
    else if (sentAt - this.#at < (this.#at - since) * CLOSE) this.#met++;
    this.#at = undefined;
  }
}

/**
 * When windows end, more exactly than headers of whole seconds say it. Two kinds of servers are told apart by what they answer: where a
 * window begins with the first request after the last one, its end follows from when that request was under way; where windows follow a
 * clock, every answer narrows the part of a second that headers leave out. As long as neither is likely, the headers alone count;
 * while both are, the window is over when it is by either.
 */
export class WindowPattern {
  readonly #byRequest = new RequestWindows();
  readonly #byClock = new ClockWindows();
  readonly #ofRequest = new Expectation();
  readonly #ofClock = new Expectation();
  #began = 0;

  /** `length`: milliseconds of a window, where they are known. */
  constructor(length?: number) {
    if (length !== undefined) this.learnLength(length);
  }

  learnLength(length: number): void {
    this.#byRequest.learnLength(length);
    this.#byClock.learnLength(length);
  }

  /** The first answer of a window other than the last one. */
  begins({ at }: ToldEnd, underWay: Interval): void {
    for (const expectation of [this.#ofRequest, this.#ofClock]) expectation.over(this.#began, underWay);
    this.#byRequest.over(underWay.high);
    this.#byClock.begins(at);
    this.#began = underWay.high;
  }

  /** A request was refused that should not have been. */
  refused(): void {
    for (const expectation of [this.#ofRequest, this.#ofClock]) expectation.failed();
  }

  /** The window's first request was this client's, and under way in that time. */
  opened({ end }: ToldEnd, underWay: Interval): void {
    this.#byRequest.opened(end, underWay);
  }

  /** What is known of the end of the current window by an answer of it. */
  end(told: ToldEnd, underWay: Interval): KnownEnd {
    const { byRequest, byClock } = this.#ends(told, underWay);
    this.#ofRequest.is(byRequest, underWay.low);
    this.#ofClock.is(byClock, underWay.low);
    const known = [byRequest, byClock].filter((end) => end !== undefined);
    if (known.length === 0) return { ...told.end, basis: 'told' };
    const isTried = (byRequest !== undefined && this.#ofRequest.isTried) || (byClock !== undefined && this.#ofClock.isTried);
    const [lows, highs] = [known.map(({ low }) => low), known.map(({ high }) => high)];
    // Where they are apart, the first one is tried: that tells which it is.
    const areApart = Math.min(...highs) < Math.max(...lows);
    return { low: Math.min(...lows), high: Math.max(...highs), basis: isTried ? 'tried' : 'expected', trial: isTried && !areApart ? undefined : Math.min(...highs) };
  }

  #ends({ at, end: told }: ToldEnd, underWay: Interval): { readonly byRequest: Interval | undefined; readonly byClock: Interval | undefined } {
    const byRequest = this.#byRequest.end(told, underWay);
    const byClock = this.#byClock.end(at, told, underWay);
    // Windows that begin with requests look for long as if they followed a clock.
    return { byRequest, byClock: byRequest === undefined && this.#byRequest.isPossible ? undefined : byClock };
  }
}
