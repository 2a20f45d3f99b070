import type { WallClock } from '../../../../controller/schedules/wall-clock.js';

/** Time that passes when a test says so. */
export class FakeWallClock implements WallClock {
  #now: number;
  readonly #timers = new Map<symbol, { readonly at: number; readonly callback: () => void }>();

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const key = Symbol('timer');
    this.#timers.set(key, { at: this.#now + milliseconds, callback });
    return () => { this.#timers.delete(key); };
  }

  set(time: string): void {
    this.#now = Date.parse(time);
    for (const [key, { at, callback }] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(key);
      callback();
    }
  }
}
