import { subscribe } from 'node:diagnostics_channel';
import type { Clock } from '../../connectors/framework/clock.js';

interface Timer { readonly due: number; readonly order: number; fire: (() => void) | undefined }

let underWay = 0;
let isWatching = false;

/** Counts undici's requests of this process (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel). */
function watchRequests(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('undici:request:create', () => { underWay++; });
  for (const end of ['undici:request:trailers', 'undici:request:error']) subscribe(end, () => { underWay--; });
}

const immediate = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
/** Turns of the event loop without a request under way, after which nothing more is to be expected of the present. */
const QUIET_TURNS = 3;

/** Time that passes only while nothing else happens: hours of waiting beside real requests to a fake, in seconds. */
export class VirtualTime implements Clock {
  /** A heap by `due`. */
  readonly #timers: Timer[] = [];
  #now = 0;
  #order = 0;
  #waiting = 0;

  constructor() {
    watchRequests();
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, milliseconds), order: this.#order++, fire: callback };
    this.#push(timer);
    return () => { timer.fire = undefined; };
  }

  /** For a fake: what an answer takes. */
  async takes(milliseconds: number): Promise<void> {
    this.#waiting++;
    await new Promise<void>((resolve) => { this.after(milliseconds, resolve); });
    this.#waiting--;
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => { isDone = true; };
    work.then(done, done);
    for (let quiet = 0; !isDone;) {
      await immediate();
      quiet = underWay > this.#waiting ? 0 : quiet + 1;
      if (quiet < QUIET_TURNS) continue;
      quiet = 0;
      this.#fireNext();
    }
    return work;
  }

  #fireNext(): void {
    for (let timer = this.#pop(); timer !== undefined; timer = this.#pop()) {
      if (timer.fire === undefined) continue;
      this.#now = Math.max(this.#now, timer.due);
      timer.fire();
      return;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#timers[one], this.#timers[other]];
    return a !== undefined && b !== undefined && (a.due - b.due || a.order - b.order) < 0;
  }

  #swap(one: number, other: number): void {
    [this.#timers[one], this.#timers[other]] = [this.#timers[other]!, this.#timers[one]!];
  }

  #push(timer: Timer): void {
    this.#timers.push(timer);
    for (let at = this.#timers.length - 1; at > 0 && this.#isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) this.#swap(at, (at - 1) >> 1);
  }

  #pop(): Timer | undefined {
    const first = this.#timers[0];
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return first;
    this.#timers[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = [left, right].reduce((best, child) => (this.#isBefore(child, best) ? child : best), at);
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }
}
