import { abortable } from '../../framework/abortable.js';
import type { Clock } from '../../framework/clock.js';

/** Values that take requests to make, kept for a while for all operations of a configuration; made once however many ask. */
export class KeptValues {
  readonly #clock: Clock;
  /** Fires when the configuration is given up. */
  readonly #over: AbortSignal;
  readonly #values = new Map<string, { readonly value: Promise<unknown>; readonly until: number }>();

  constructor(clock: Clock, over: AbortSignal) {
    this.#clock = clock;
    this.#over = over;
  }

  /** A failure is not kept. `signal`: the caller's, who may leave while others wait. */
  get<T>(name: string, milliseconds: number, make: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const known = this.#values.get(name);
    if (known !== undefined && this.#clock.now() < known.until) return abortable(known.value as Promise<T>, signal);
    const value = make(this.#over);
    const entry = { value, until: this.#clock.now() + milliseconds };
    this.#values.set(name, entry);
    value.catch(() => { if (this.#values.get(name) === entry) this.#values.delete(name); });
    return abortable(value, signal);
  }
}
