import type { Clock } from '../../connectors/framework/clock.js';
import type { AnswerHead } from '../../connectors/engines/http/limits/budget.js';

export interface LimitedServerOptions {
  readonly limit: number;
  /** Milliseconds. */
  readonly period: number;
  /** `clock`: windows follow one another; `firstRequest`: one begins with the first request after the last one's end (TeamDynamix). */
  readonly windows: 'clock' | 'firstRequest';
  /** How the end of the window is told, all but `epochMilliseconds` in whole seconds, cut off; `none`: no headers at all. */
  readonly reset: 'imfDate' | 'epochSeconds' | 'epochMilliseconds' | 'deltaSeconds' | 'none';
  /** Milliseconds by which windows that follow a clock are off the full period. */
  readonly phase?: number;
  /** Milliseconds by which the server's clock is ahead of 2024-09-02T08:00:00Z at the clock's zero. */
  readonly ahead?: number;
  readonly retryAfter?: boolean;
}

const BEGINNING = Date.UTC(2024, 8, 2, 8);
const cut = (time: number): number => Math.floor(time / 1_000);

/** Counts strictly, by its own clock, and refuses what is too much. */
export class LimitedServer {
  readonly #clock: Clock;
  readonly #options: LimitedServerOptions;
  #end = -Infinity;
  #used = 0;
  /** When requests were accepted, on the clock. */
  readonly accepted: number[] = [];
  readonly refused: number[] = [];

  constructor(clock: Clock, options: LimitedServerOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  answer(): AnswerHead {
    const { limit, ahead = 0, reset, retryAfter = false } = this.#options;
    const time = BEGINNING + ahead + this.#clock.now();
    if (time >= this.#end) this.#begin(time);
    const isRefused = this.#used >= limit;
    if (!isRefused) this.#used++;
    (isRefused ? this.refused : this.accepted).push(this.#clock.now());
    const headers = new Map([['date', new Date(cut(time) * 1_000).toUTCString()]]);
    if (reset !== 'none') {
      for (const [name, value] of [['limit', limit], ['remaining', limit - this.#used], ['reset', this.#told(time)]] as const) headers.set(`x-ratelimit-${name}`, String(value));
    }
    if (isRefused && retryAfter) headers.set('retry-after', String(Math.ceil((this.#end - time) / 1_000)));
    return { status: isRefused ? 429 : 200, headers };
  }

  #begin(time: number): void {
    const { period, windows, phase = 0 } = this.#options;
    this.#used = 0;
    this.#end = windows === 'firstRequest' ? time + period : (Math.floor((time - phase) / period) + 1) * period + phase;
  }

  #told(time: number): string {
    const { reset } = this.#options;
    if (reset === 'imfDate') return new Date(cut(this.#end) * 1_000).toUTCString();
    if (reset === 'deltaSeconds') return String(cut(this.#end - time));
    return String(reset === 'epochSeconds' ? cut(this.#end) : Math.floor(this.#end));
  }
}
