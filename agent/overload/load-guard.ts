import type { Clock, SessionLog } from '../../protocol/session/contract.js';

/** How the process is at one moment. */
export interface LoadReading {
  /** The longest time since the last reading in which the process did not get round to its events, in milliseconds. */
  readonly lag: number;
  /** Bytes of memory the process holds. */
  readonly rss: number;
  /** Share of the heap's limit that is in use, from 0 to 1. */
  readonly heapShare: number;
}

export interface LoadLimits {
  /** Milliseconds; 0: not watched. */
  readonly eventLoopLag: number;
  /** Bytes. */
  readonly memory: number;
}

export interface LoadGuardParts {
  readonly limits: LoadLimits;
  readonly clock: Clock;
  readonly log: Pick<SessionLog, 'warn' | 'info'>;
  read(): LoadReading;
}

/** Milliseconds between two readings. */
const INTERVAL = 500;
/** One slow moment is no overload: a collection of garbage takes its time, too. */
const READINGS_TO_ENTER = 2;
const READINGS_TO_LEAVE = 4;
/** Of the limit; below it for some readings, and the overload is over. */
const LAG_TO_LEAVE = 0.5;
const MEMORY_TO_LEAVE = 0.9;
const HEAP = { enter: 0.9, leave: 0.8 } as const;

const MIB = 1024 ** 2;

/** Notices when the process has more to do than it can; slow to say so, and slower to say that it is over. */
export class LoadGuard {
  readonly #parts: LoadGuardParts;
  readonly #stop = new AbortController();
  #last: LoadReading = { lag: 0, rss: 0, heapShare: 0 };
  #slow = 0;
  #calm = 0;
  #isSlow = false;
  #isFull = false;

  constructor(parts: LoadGuardParts) {
    this.#parts = parts;
  }

  get reading(): LoadReading {
    return this.#last;
  }

  /** Why new reads are better refused; undefined: they are not. */
  get lag(): string | undefined {
    return this.#isSlow ? `it is ${Math.round(this.#last.lag)} ms late with its work (limits.eventLoopLag: ${this.#parts.limits.eventLoopLag} ms)` : undefined;
  }

  get memory(): string | undefined {
    if (!this.#isFull) return undefined;
    const { rss, heapShare } = this.#last;
    return `it holds ${Math.round(rss / MIB)} MiB of memory (limits.memory: ${Math.round(this.#parts.limits.memory / MIB)} MiB) and ${Math.round(heapShare * 100)} % of its heap`;
  }

  /** Reads regularly until `close`. */
  async run(): Promise<void> {
    const { clock } = this.#parts;
    for (;;) {
      await clock.sleep(INTERVAL, this.#stop.signal).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      this.look();
    }
  }

  close(): void {
    this.#stop.abort();
  }

  /** Takes one reading. */
  look(): void {
    this.#last = this.#parts.read();
    this.#judgeLag(this.#last.lag);
    this.#judgeMemory(this.#last);
  }

  #judgeLag(lag: number): void {
    const { limits: { eventLoopLag }, log } = this.#parts;
    if (eventLoopLag === 0) return;
    this.#slow = lag > eventLoopLag ? this.#slow + 1 : 0;
    this.#calm = lag < eventLoopLag * LAG_TO_LEAVE ? this.#calm + 1 : 0;
    if (!this.#isSlow && this.#slow >= READINGS_TO_ENTER) {
      this.#isSlow = true;
      log.warn({ lagMs: Math.round(lag), limitMs: eventLoopLag }, 'The agent is overloaded: new reads are refused until it has caught up.');
    } else if (this.#isSlow && this.#calm >= READINGS_TO_LEAVE) {
      this.#isSlow = false;
      log.info({ lagMs: Math.round(lag) }, 'The agent has caught up: reads are accepted again.');
    }
  }

  #judgeMemory({ rss, heapShare }: LoadReading): void {
    const { limits: { memory }, log } = this.#parts;
    if (!this.#isFull && (rss > memory || heapShare > HEAP.enter)) {
      this.#isFull = true;
      log.warn({ rss, limit: memory, heapShare }, 'The agent is short of memory: new reads are refused while others are under way.');
    } else if (this.#isFull && rss < memory * MEMORY_TO_LEAVE && heapShare < HEAP.leave) {
      this.#isFull = false;
      log.info({ rss, heapShare }, 'The agent has memory again: reads are accepted again.');
    }
  }
}
