import { FIXED } from './limits.js';

/** Where a search can be gone on with (feature `bookmark`), told when the results before it have been handed out. */
export class Bookmarks {
  readonly #tell: (cookie: string) => void;
  readonly #waiting = new Map<number, string>();
  #handedOut = 0;

  constructor(tell: (cookie: string) => void) {
    this.#tell = tell;
  }

  /** A bookmark behind result `at` has come; one that comes late is of no use. */
  note(at: number, cookie: string): void {
    if (at === this.#handedOut) this.#tell(cookie);
    else if (at > this.#handedOut && (this.#waiting.has(at) || this.#waiting.size < FIXED.waitingBookmarks)) this.#waiting.set(at, cookie);
  }

  /** The consumer has one more result and comes for the next. */
  handedOut(): void {
    this.#handedOut++;
    const cookie = this.#waiting.get(this.#handedOut);
    if (cookie === undefined) return;
    this.#waiting.delete(this.#handedOut);
    this.#tell(cookie);
  }
}
