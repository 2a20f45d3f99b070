import { abortable } from '../../framework/abortable.js';
import { systemClock, type Clock } from '../../framework/clock.js';

/** What is good for a time only, such as a token. */
export interface Lived<T> {
  readonly value: T;
  /** Seconds it is good for; undefined: until it is refused. */
  readonly expiresIn?: number | undefined;
}

/** It is renewed this share of its life before the end, but no more than so many milliseconds before. */
const SHARE_BEFORE = 0.1;
const MOST_BEFORE = 60_000;

interface Current<T> {
  readonly value: T;
  readonly renewAt: number;
  readonly until: number;
}

/**
 * A value that is fetched when it is first asked for, once however many ask, kept, and fetched anew shortly before its end. Where that fails
 * it serves on while it is good. Times by the clock, so that it is no matter what the machine takes for the date.
 */
export class RenewedValue<T> {
  readonly #source: (signal: AbortSignal) => Promise<Lived<T>>;
  /** Fires when nobody will want it any more. */
  readonly #over: AbortSignal;
  readonly #clock: Clock;
  #current: Current<T> | undefined;
  #fetching: Promise<T> | undefined;

  constructor(source: (signal: AbortSignal) => Promise<Lived<T>>, over: AbortSignal, clock: Clock = systemClock) {
    this.#source = source;
    this.#over = over;
    this.#clock = clock;
  }

  async get(signal: AbortSignal): Promise<T> {
    const current = this.#current;
    if (current !== undefined && this.#clock.now() < current.renewAt) return current.value;
    signal.throwIfAborted();
    this.#fetching ??= this.#fetch();
    return abortable(this.#fetching, signal);
  }

  /** Has it fetched anew, as it was refused; unless somebody has seen to that and another is in its place. */
  drop(isRefused: (value: T) => boolean): void {
    if (this.#current !== undefined && isRefused(this.#current.value)) this.#current = undefined;
  }

  /** For everybody who waits: whoever asked first may leave. */
  async #fetch(): Promise<T> {
    try {
      const { value, expiresIn } = await this.#source(this.#over);
      const [now, life] = [this.#clock.now(), expiresIn === undefined ? Infinity : expiresIn * 1_000];
      this.#current = { value, renewAt: now + life - Math.min(life * SHARE_BEFORE, MOST_BEFORE), until: now + life };
      return value;
    } catch (error) {
      const [now, current] = [this.#clock.now(), this.#current];
      if (current === undefined || now >= current.until) throw error;
      // Not with every request, which would wait for a server that is down.
      this.#current = { ...current, renewAt: now + (current.until - now) / 4 };
      return current.value;
    } finally {
      this.#fetching = undefined;
    }
  }
}
