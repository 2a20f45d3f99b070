import { FIXED } from './limits.js';

/** Where a search can be gone on with (feature `bookmark`), told when the results before it have been handed out. */
export class Bookmarks {
  readonly #tell: (cookie: string) => void;
  readonly #waiting = new Map<number, string>();
  #handedOut = 0;
  /** The consumer is at the results handed out last. */
  #inUse = false;

  constructor(tell: (cookie: string) => void) {
    this.#tell = tell;
  }

  /** A bookmark behind result `at` has come; one that comes late is of no use. */
  note(at: number, cookie: string): void {
    if (at < this.#handedOut) return;
    if (at === this.#handedOut && !this.#inUse) this.#tell(cookie);
    else if (this.#waiting.has(at) || this.#waiting.size < FIXED.waitingBookmarks) this.#waiting.set(at, cookie);
  }

  /** Results up to the next bookmark: no more are handed out together, for a bookmark is told when those before it were consumed. */
  get untilNext(): number {
    let next = Infinity;
    for (const at of this.#waiting.keys()) next = Math.min(next, at);
    return next - this.#handedOut;
  }

  /** The consumer gets so many results. */
  handOut(count: number): void {
    this.#handedOut += count;
    this.#inUse = true;
  }

  /** The consumer comes for the next results. */
  consumed(): void {
    this.#inUse = false;
    const cookie = this.#waiting.get(this.#handedOut);
    if (cookie === undefined) return;
    this.#waiting.delete(this.#handedOut);
    this.#tell(cookie);
  }
}
