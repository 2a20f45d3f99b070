import { systemClock, type Clock } from '../../../framework/clock.js';
import type { TargetWaits } from '../../../framework/target-waits.js';
import { FixedBudget } from './fixed-budget.js';
import type { Rate } from './rate.js';
import { Turns } from './turns.js';

/** One fixed rate for whatever is done, HTTP or not; those of one signal pass in their order. */
export class RateLimit {
  readonly #turns: Turns;
  readonly #budgets: readonly FixedBudget[];
  readonly #waits: TargetWaits | undefined;

  constructor(rate: Rate, clock: Clock = systemClock, waits?: TargetWaits) {
    this.#turns = new Turns(clock);
    this.#budgets = [new FixedBudget(rate)];
    this.#waits = waits;
  }

  /** Resolves when it is the caller's turn. Rejects with the signal's reason when that fires before, and takes no place then. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.#turns.pass({ lane: signal, kind: '', budgets: this.#budgets, waits: this.#waits }, signal);
  }
}
