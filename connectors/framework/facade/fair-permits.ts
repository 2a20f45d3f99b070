import type { Clock } from '../clock.js';

interface Waiter {
  grant(): void;
}

/** A counting semaphore: first come, first served; a wait ends by permit, time or abort. */
export class FairPermits {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #taken = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Rejects with `expired()` after `milliseconds`, with the signal's reason when that fires. */
  async take(milliseconds: number, signal: AbortSignal, expired: () => Error): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#limit && this.#waiters.size === 0) {
      this.#taken++;
      return;
    }
    await this.#queue(milliseconds, signal, expired);
  }

  giveBack(): void {
    this.#taken--;
    const [next] = this.#waiters;
    if (next !== undefined && this.#taken < this.#limit) {
      this.#taken++;
      next.grant();
    }
  }

  #queue(milliseconds: number, signal: AbortSignal, expired: () => Error): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter);
        cancel();
        signal.removeEventListener('abort', aborted);
      };
      const waiter: Waiter = { grant: () => { leave(); resolve(); } };
      const aborted = (): void => { leave(); reject(signal.reason as Error); };
      const cancel = this.#clock.after(milliseconds, () => { leave(); reject(expired()); });
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiters.add(waiter);
    });
  }
}
