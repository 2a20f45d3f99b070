import { both, widened, type Interval } from './interval.js';
import { DRIFT } from './server-clock.js';

/** Steps from one window to the next that have to agree before they are relied upon, and how many times as many after a contradiction. */
const ENOUGH = 2;
const TIMES = 4;

/** Windows that follow the server's clock: whatever headers leave out of their ends is always the same, and every answer narrows it. */
export class ClockWindows {
  #period: number | undefined;
  #steps = 0;
  #enough = ENOUGH;
  #lastEnd: number | undefined;
  /** The server's `at` less the end on the limiter's clock. */
  #offset: Interval | undefined;
  #offsetAt = 0;

  learnLength(length: number): void {
    this.#period = length;
  }

  begins(at: number | undefined): void {
    if (at !== undefined && this.#lastEnd !== undefined) this.#step(at - this.#lastEnd);
    this.#lastEnd = at;
  }

  /**
   * By an answer of the window. It ends after a request of it was sent, and the one before it ended before the answer was received.
   * `at`: as the server's clock tells the end; `told`: the same on the limiter's. Undefined: these windows say nothing of it.
   */
  end(at: number | undefined, told: Interval, { low: sentAt, high: receivedAt }: Interval): Interval | undefined {
    if (at === undefined || this.#period === undefined) return undefined;
    const here = { low: at - told.high, high: at - told.low };
    const before = this.#offset === undefined ? here : both(widened(this.#offset, DRIFT * (receivedAt - this.#offsetAt)), here);
    const known = before === undefined ? undefined : both(before, { low: at - this.#period - receivedAt, high: at - sentAt });
    this.#offset = known ?? here;
    this.#offsetAt = receivedAt;
    if (known === undefined) this.#contradicted();
    return this.#steps >= this.#enough ? { low: at - this.#offset.high, high: at - this.#offset.low } : undefined;
  }

  #step(step: number): void {
    if (step <= 0) return;
    const period = this.#period ?? step;
    if (step % period === 0) this.#period = period;
    else if (period % step === 0) this.#period = step;
    else this.#contradicted();
    this.#steps++;
  }

  #contradicted(): void {
    this.#steps = 0;
    this.#enough *= TIMES;
  }
}
