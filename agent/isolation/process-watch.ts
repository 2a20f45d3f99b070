import type { Clock } from '../../protocol/session/contract.js';
import { hung, overMemory, type ProcessEnd } from './process-end.js';

/** How often memory is looked at, milliseconds. */
const LONGEST_TICK = 500;
/** Looks within the time a process may hang. */
const LOOKS = 4;
/** A look that comes so much later than it should, in ticks: this process itself stood still and knows nothing of others. */
const OWN_STALL = 2;

export interface Watched {
  /** Bytes the process uses now; undefined where the system does not say. */
  memory(): Promise<number | undefined>;
  ping(): void;
  /** The first reason to end it, once. */
  onOver(end: ProcessEnd): void;
}

export interface WatchBudget {
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds. */
  readonly hangTime: number;
}

/** Looks after one process: what memory it uses, and whether its event loop turns. */
export class ProcessWatch {
  readonly #watched: Watched;
  readonly #budget: WatchBudget;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #memory: number | undefined;
  #serving = false;
  #asked = false;
  #heard = 0;

  constructor(watched: Watched, budget: WatchBudget, clock: Clock) {
    this.#watched = watched;
    this.#budget = budget;
    this.#clock = clock;
    this.#run().catch(() => undefined);                   // stopped
  }

  /** As last seen. */
  get memory(): number | undefined {
    return this.#memory;
  }

  /** It has started: from now on it has to answer. */
  serving(): void {
    this.#serving = true;
    this.#heard = this.#clock.now();
  }

  /** It has answered, and perhaps said what it uses. */
  heard(memory: number | undefined): void {
    this.#asked = false;
    this.#heard = this.#clock.now();
    if (memory !== undefined) this.#sees(memory);
  }

  stop(): void {
    this.#stop.abort(new Error('stopped'));
  }

  async #run(): Promise<void> {
    const tick = Math.max(1, Math.min(LONGEST_TICK, this.#budget.hangTime / LOOKS));
    const { signal } = this.#stop;
    let last = this.#clock.now();
    while (!signal.aborted) {
      await this.#clock.sleep(tick, signal);
      const now = this.#clock.now();
      // Answers may be waiting to be read: it gets its whole time again.
      if (now - last > (1 + OWN_STALL) * tick) this.#heard = now;
      last = now;
      const memory = await this.#watched.memory();
      if (this.#stop.signal.aborted) return;
      if (memory !== undefined) this.#sees(memory);
      if (this.#serving) this.#listen(now);
    }
  }

  #sees(memory: number): void {
    this.#memory = memory;
    if (memory > this.#budget.memory) this.#over(overMemory(memory, this.#budget.memory));
  }

  #listen(now: number): void {
    if (this.#asked && now - this.#heard >= this.#budget.hangTime) {
      this.#over(hung(now - this.#heard));
      return;
    }
    if (this.#asked) return;
    this.#asked = true;
    this.#watched.ping();
  }

  #over(end: ProcessEnd): void {
    if (this.#stop.signal.aborted) return;
    this.stop();
    this.#watched.onOver(end);
  }
}
