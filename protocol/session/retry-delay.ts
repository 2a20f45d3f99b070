import { FIXED } from './limits.js';

/** Doubling pauses: 0.5 s, 1 s, 2 s … up to a minute. Milliseconds. */
export class RetryDelay {
  #next: number = FIXED.firstRetry;

  next(): number {
    const now = this.#next;
    this.#next = Math.min(now * 2, FIXED.longestRetry);
    return now;
  }
}
