import type { Clock } from './contract.js';
import { NO_MATTER, reasonOf } from './clock.js';

/** Lets callers wait for the next change of something they then look at again. */
export class Condition {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** True when notified, false when the time is over. Rejects with the signal's reason. No `milliseconds`: no time limit. */
  async wait(clock: Clock, milliseconds: number | undefined, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted === true) throw reasonOf(signal);
    const over = new AbortController();
    let wake: () => void = () => undefined;
    let onAbort: () => void = () => undefined;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        wake = () => resolve(true);
        this.#waiting.add(wake);
        if (signal !== undefined) {
          onAbort = () => reject(reasonOf(signal));
          signal.addEventListener('abort', onAbort, { once: true });
        }
        if (milliseconds !== undefined) clock.sleep(milliseconds, over.signal).then(() => resolve(false), () => undefined);
      });
    } finally {
      this.#waiting.delete(wake);
      signal?.removeEventListener('abort', onAbort);
      over.abort(NO_MATTER);
    }
  }
}
