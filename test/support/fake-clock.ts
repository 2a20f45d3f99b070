import type { Clock } from '../../protocol/session/contract.js';

interface Sleeper { readonly due: number; readonly order: number; wake(): void }

/** Lets everything that is ready run: promises, next ticks, immediates. Takes no time. */
export async function settle(turns = 4): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => { setImmediate(resolve); });
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #now: number;
  #order = 0;

  constructor(start = 1_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Sleeps under way; none may be left when everything is closed. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const sleeper: Sleeper = {
        due: this.#now + milliseconds, order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', fail);
          resolve();
        },
      };
      if (signal?.aborted === true) {
        fail();
        return;
      }
      signal?.addEventListener('abort', fail, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** Moves time forward, waking sleepers in order and letting the woken run before the next. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.#now + milliseconds;
    await settle();
    for (;;) {
      const due = [...this.#sleepers].filter((sleeper) => sleeper.due <= target)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.due);
      this.#sleepers.delete(due);
      due.wake();
      await settle(2);
    }
    this.#now = target;
    await settle();
  }
}
