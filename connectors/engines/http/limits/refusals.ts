/** Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** How far Retry-After and the end of the window may be apart and still mean the same: both are rounded. */
const SAME_END = 2_000;

/** How long nobody asks after 429: as long as the server says, and where it does not, twice as long each time. */
export class Refusals {
  #count = 0;

  /** Milliseconds. `asked`: Retry-After; `left`: of a window that is used up; `isAnother`: the pause before had ended. */
  pause(asked: number | undefined, left: number | undefined, isAnother: boolean): number {
    if (isAnother) this.#count++;
    const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#count - 1));
    const told = asked !== undefined && left !== undefined && Math.abs(asked - left) <= SAME_END ? Math.max(asked, left) : asked ?? left;
    // A server that says "at once" is not asked without a pause.
    return Math.max(FIRST_PAUSE, told ?? backoff);
  }

  over(): void {
    this.#count = 0;
  }
}
