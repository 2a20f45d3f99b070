import { DatabaseUnavailable } from '../database-errors.js';

const MOST_WAITING = 100_000;

/** One at a time, in the order they came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;
  #head = 0;

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isTaken) await this.#wait();
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length - this.#head >= MOST_WAITING) throw new DatabaseUnavailable(`${MOST_WAITING} statements wait for it`);
    return new Promise((resolve) => { this.#waiting.push(resolve); });
  }

  /** Whoever is next has the turn from now on: nobody who comes in between gets ahead. */
  #next(): void {
    const next = this.#waiting[this.#head];
    this.#head += 1;
    if (next === undefined) {
      this.#waiting.length = 0;
      this.#head = 0;
      this.#isTaken = false;
      return;
    }
    if (this.#head > 1_000) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    next();
  }
}
