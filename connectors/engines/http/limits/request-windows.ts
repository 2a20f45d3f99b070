import { ANYTHING, both, type Interval } from './interval.js';

const SECOND = 1_000;
/** What people choose for the length of a window. */
const ROUND = [3_600, 60, 30, 10, 5, 1].map((seconds) => seconds * SECOND);
/** Windows that have to agree before their length is relied upon. */
const ENOUGH = 2;
/** Milliseconds: no request arrives at the moment it is sent. */
const LEAST_WAY = 0.01;

/** The longest of the roundest ones: to wait too long costs less than a refusal. */
function roundestIn({ low, high }: Interval): number | undefined {
  return ROUND.map((step) => Math.floor(high / step) * step).find((length) => length > 0 && length >= low);
}

/** Windows of one length that begin with the first request after the last one, as with TeamDynamix. Possible until something contradicts it. */
export class RequestWindows {
  #length: Interval = ANYTHING;
  #seen = 0;
  #isPossible = true;
  #opening: Interval | undefined;

  get isPossible(): boolean {
    return this.#isPossible;
  }

  learnLength(length: number): void {
    this.#narrow({ low: length, high: length });
    this.#seen = Math.max(this.#seen, ENOUGH - 1);
  }

  /** An answer of a later window was received. */
  over(receivedAt: number): void {
    if (this.#opening !== undefined) this.#narrow({ low: -Infinity, high: receivedAt - this.#opening.low });
    this.#opening = undefined;
  }

  /** The window's first request was this client's, and under way in that time; `end`: as it is told. */
  opened(end: Interval, underWay: Interval): void {
    if (this.#opening !== undefined) return;
    this.#opening = underWay;
    this.#seen++;
    this.#narrow({ low: end.low - underWay.high, high: end.high - underWay.low });
  }

  /** By an answer of the window; undefined: these windows say nothing of its end. */
  end(told: Interval, underWay: Interval): Interval | undefined {
    if (this.#opening === undefined) return undefined;
    if (underWay !== this.#opening) this.#narrow({ low: underWay.low - this.#opening.high + LEAST_WAY, high: Infinity });
    const length = this.#isPossible && this.#seen >= ENOUGH ? roundestIn(this.#length) : undefined;
    if (length === undefined) return undefined;
    const end = both(told, { low: this.#opening.low + length, high: this.#opening.high + length });
    if (end === undefined) this.#isPossible = false;
    return end;
  }

  #narrow(seen: Interval): void {
    const narrower = both(this.#length, seen);
    if (narrower !== undefined && roundestIn(narrower) !== undefined) this.#length = narrower;
    else this.#isPossible = false;
  }
}
