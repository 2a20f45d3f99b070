import type { Budget, SentRequest } from './budget.js';
import type { Rate } from './rate.js';

/** Lets so many be sent in any stretch of time of that length. */
export class FixedBudget implements Budget {
  readonly #rate: Rate;
  /** When the last ones were sent; at most `count`, the oldest at `#oldest` once it is full. */
  readonly #sent: number[] = [];
  #oldest = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  readyAt(now: number): number {
    const oldest = this.#sent.length < this.#rate.count ? undefined : this.#sent[this.#oldest];
    return oldest === undefined ? now : oldest + this.#rate.period;
  }

  sent({ sentAt }: SentRequest): void {
    this.#sent[this.#oldest] = sentAt;
    this.#oldest = (this.#oldest + 1) % this.#rate.count;
  }
}
