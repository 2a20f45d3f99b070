import { reasonOf } from './clock.js';

/**
 * Waits for one promise after another, each until it settles or the signal fires. One listener serves them all: a
 * `Promise.race` per item against one long-lived promise would keep every item's reaction until the very end.
 */
export class AbortRace {
  readonly #signal: AbortSignal;
  #reject: ((reason: Error) => void) | undefined;
  readonly #onAbort = () => this.#reject?.(reasonOf(this.#signal));

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#signal.aborted) {
      promise.catch(() => undefined);
      return Promise.reject(reasonOf(this.#signal));
    }
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      promise.then(resolve, reject);
    });
  }

  throwIfAborted(): void {
    if (this.#signal.aborted) throw reasonOf(this.#signal);
  }

  dispose(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#reject = undefined;
  }
}
