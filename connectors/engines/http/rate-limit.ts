import { ConnectorError } from '../../../protocol/model/index.js';
import { abortable } from '../../framework/abortable.js';
import { sleep, systemClock, type Clock } from '../../framework/clock.js';

const PERIODS: ReadonlyMap<string, number> = new Map([['sec', 1_000], ['min', 60_000]]);
const MOST = 100_000;

/** `30/sec`, `100/min`. Throws `configuration`, naming the property. */
export function parseRate(property: string, text: string): { readonly count: number; readonly period: number } {
  const match = /^\s*(\d{1,6})\s*\/\s*(sec|min)\s*$/.exec(text);
  const [, count, unit] = match ?? [];
  const rate = { count: Number(count), period: PERIODS.get(unit ?? '') ?? 0 };
  if (rate.count >= 1 && rate.count <= MOST && rate.period > 0) return rate;
  throw new ConnectorError('configuration', `${property}: '${text}' is no rate; write a number from 1 to ${MOST} with /sec or /min, e.g. 30/sec or 100/min.`);
}

/** Lets so many pass in any stretch of time of that length, first come first served; the others wait. */
export class RateLimit {
  readonly #count: number;
  readonly #period: number;
  readonly #clock: Clock;
  /** When the last ones passed, oldest first: at most `count`. */
  readonly #passed: number[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor({ count, period }: { readonly count: number; readonly period: number }, clock: Clock = systemClock) {
    this.#count = count;
    this.#period = period;
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn. Rejects with the signal's reason when that fires before, and takes no place then. */
  pass(signal: AbortSignal): Promise<void> {
    const turn = this.#last.then(() => this.#wait(signal));
    this.#last = turn.catch(() => undefined);
    // Who gives up does not wait for those before it.
    return abortable(turn, signal);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const oldest = this.#passed.length < this.#count ? undefined : this.#passed[0];
    const milliseconds = oldest === undefined ? 0 : oldest + this.#period - this.#clock.now();
    if (milliseconds > 0) await sleep(this.#clock, milliseconds, signal);
    if (this.#passed.length >= this.#count) this.#passed.shift();
    this.#passed.push(this.#clock.now());
  }
}
