import { systemClock, type Clock } from '../../connectors/framework/clock.js';

/** Milliseconds. Longer waits are none that a program makes to be polite, but limits of what it waits for. */
const LONGEST_PAUSE = 5_000;
const TIMES_FASTER = 50;

/** Real time in which pauses, such as those before a request is repeated, are skipped: whoever looks at the time afterwards sees them as passed. */
export class PauseSkippingClock implements Clock {
  #skipped = 0;

  now(): number {
    return systemClock.now() + this.#skipped;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const due = this.now() + milliseconds;
    const wait = milliseconds > LONGEST_PAUSE ? milliseconds : milliseconds / TIMES_FASTER;
    return systemClock.after(wait, () => {
      this.#skipped = Math.max(this.#skipped, due - systemClock.now());
      callback();
    });
  }
}
