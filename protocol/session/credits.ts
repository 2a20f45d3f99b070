import { Condition } from './condition.js';
import type { Clock } from './contract.js';

/**
 * Feature `credits`: the requester says up to which sequence number results may be sent. The number is a total, not an
 * increment, so that a credit that is lost with its socket or arrives twice does no harm.
 */
export const CREDITS = 'credits';

/** Results granted before the size of any is known. */
const FIRST_WINDOW = 8;

/** Executing side: holds the next result back until the requester has room for it. */
export class CreditGate {
  readonly #clock: Clock;
  readonly #changed = new Condition();
  #limit = 0;
  /** Has room for results until they are acknowledged; none are sent while it has not (feature `resume`). */
  kept: { readonly hasRoom: boolean } | undefined;
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  grant(total: number): void {
    if (total <= this.#limit) return;
    this.#limit = total;
    this.#changed.notify();
  }

  /** Room may have become free in `kept`. */
  lookAgain(): void {
    this.#changed.notify();
  }

  /** Undefined when the result may be sent at once, else a promise of that. */
  pass(sequence: number, signal: AbortSignal): Promise<void> | undefined {
    return this.#mayPass(sequence) ? undefined : this.#wait(sequence, signal);
  }

  #mayPass(sequence: number): boolean {
    return sequence <= this.#limit && this.kept?.hasRoom !== false;
  }

  async #wait(sequence: number, signal: AbortSignal): Promise<void> {
    this.#waiting++;
    try {
      while (!this.#mayPass(sequence)) await this.#changed.wait(this.#clock, undefined, signal);
    } finally {
      this.#waiting--;
    }
  }
}

/**
 * Requesting side: how far the sender may go. The window starts small and grows to `maxWindow` results, as far as their
 * size lets the whole window fit into half of `maxBytes`: the largest result seen counts for all.
 */
export class CreditWindow {
  readonly #maxWindow: number;
  readonly #maxBytes: number;
  #granted: number;
  #consumed = 0;
  #largest = 0;

  constructor(maxWindow: number, maxBytes: number) {
    this.#maxWindow = maxWindow;
    this.#maxBytes = maxBytes;
    this.#granted = Math.min(maxWindow, FIRST_WINDOW);
  }

  /** The total granted so far. */
  get granted(): number {
    return this.#granted;
  }

  /** Notes that the consumer took a result of so many bytes, or `count` of them; the new total when it is worth a message. */
  consumed(bytes: number, count = 1): number | undefined {
    this.#consumed += count;
    this.#largest = Math.max(this.#largest, bytes, 1);
    const fitting = Math.floor(this.#maxBytes / 2 / this.#largest);
    const window = Math.max(1, Math.min(this.#maxWindow, fitting, Math.max(FIRST_WINDOW, this.#consumed)));
    const total = this.#consumed + window;
    if (total - this.#granted < Math.max(1, window / 2)) return undefined;
    this.#granted = total;
    return total;
  }
}
