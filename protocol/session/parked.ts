import type { Clock } from './contract.js';
import { FIXED } from './limits.js';

/**
 * Notes for request ids that are not known yet, because a cancel or a credit can overtake its request on another socket.
 * They expire, and the oldest gives way when there are too many.
 */
export class Parked<T> {
  readonly #clock: Clock;
  readonly #time: number;
  readonly #notes = new Map<number, { readonly note: T; readonly until: number }>();

  constructor(clock: Clock, time: number) {
    this.#clock = clock;
    this.#time = time;
  }

  get size(): number {
    return this.#notes.size;
  }

  park(id: number, note: T): void {
    this.#notes.delete(id);
    this.#notes.set(id, { note, until: this.#clock.now() + this.#time });
    for (const [oldest, { until }] of this.#notes) {
      if (until > this.#clock.now() && this.#notes.size <= FIXED.parkedEntries) break;
      this.#notes.delete(oldest);
    }
  }

  take(id: number): T | undefined {
    const found = this.#notes.get(id);
    this.#notes.delete(id);
    return found !== undefined && found.until > this.#clock.now() ? found.note : undefined;
  }

  clear(): void {
    this.#notes.clear();
  }
}
