import { ConnectorError, type ObjectPoolConfiguration } from '../../../protocol/model/index.js';
import { settledWithin, type Clock } from '../clock.js';
import type { PoolLimits } from '../spi.js';
import { FairPermits } from './fair-permits.js';

/** What the pool needs to know of a connector. `close` never rejects. */
export interface SessionSource<S> {
  readonly name: string;
  open(signal: AbortSignal): Promise<S>;
  close(session: S): Promise<void>;
  isAlive(session: S, signal: AbortSignal): Promise<boolean>;
  /** Asked when a session comes back sound; left out: every one may be used again. */
  reusable?: ((session: S, signal: AbortSignal) => Promise<boolean>) | undefined;
}

export interface SessionLease<S> {
  readonly session: S;
  /** `healthy` false destroys the session, at the latest some seconds after `after`, the work that still uses it. */
  release(healthy: boolean, after?: Promise<unknown>): void;
}

export interface PoolStatus {
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
  /** Sessions opened since the start. */
  readonly opened: number;
}

/** How long work that was left behind may keep its session before that is closed under it. */
const GRACE = 2_000;
/** A session that does not answer within this time counts as dead. */
const LIVENESS_LIMIT = 10_000;

export function poolLimits(pool: ObjectPoolConfiguration): PoolLimits {
  return {
    maxObjects: Math.max(1, pool.maxObjects),
    maxIdle: Math.max(0, pool.maxIdle),
    minIdle: Math.max(0, Math.min(pool.minIdle, pool.maxIdle)),
    maxWait: Math.max(0, Number(pool.maxWait)),
    minEvictableIdleTime: Math.max(0, Number(pool.minEvictableIdleTimeMillis)),
  };
}

/** Of a facade nobody has used. */
export const NO_SESSIONS: PoolStatus = { inUse: 0, idle: 0, waiting: 0, opened: 0 };
export const UNPOOLED: PoolLimits = { maxObjects: Infinity, maxIdle: 0, minIdle: 0, maxWait: 0, minEvictableIdleTime: 0 };

/** Sessions of one facade. Waiting for one is first come, first served, bounded in time, and honours the signal. */
export class SessionPool<S> {
  readonly #source: SessionSource<S>;
  readonly #limits: PoolLimits;
  readonly #clock: Clock;
  readonly #permits: FairPermits;
  /** Most recently used last. */
  #idle: { readonly session: S; readonly since: number }[] = [];
  readonly #closing = new Set<Promise<unknown>>();
  /** Sessions that came back and may be idle in a moment. */
  readonly #looks = new Set<Promise<unknown>>();
  #cancelSweep: (() => void) | undefined;
  #opened = 0;
  #disposed = false;

  constructor(source: SessionSource<S>, limits: PoolLimits, clock: Clock) {
    this.#source = source;
    this.#limits = limits;
    this.#clock = clock;
    this.#permits = new FairPermits(limits.maxObjects, clock);
  }

  status(): PoolStatus {
    return { inUse: this.#permits.taken, idle: this.#idle.length, waiting: this.#permits.waiting, opened: this.#opened };
  }

  async acquire(signal: AbortSignal): Promise<SessionLease<S>> {
    await this.#permits.take(this.#limits.maxWait, signal, () => this.#exhausted());
    try {
      return this.#lease((await this.#takeIdle(signal)) ?? (await this.#open(signal)));
    } catch (error) {
      this.#permits.giveBack();
      throw error;
    }
  }

  /** Closes what is idle; sessions in use are closed when their call gives them back. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#cancelSweep?.();
    for (const { session } of this.#idle.splice(0)) this.#close(session);
    await Promise.all(this.#closing);
  }

  #exhausted(): ConnectorError {
    return new ConnectorError('retryable', `No session to ${this.#source.name} became free within ${this.#limits.maxWait} ms: all ${this.#limits.maxObjects} are in use. Raise poolConfigOption.maxObjects or send fewer requests at a time.`);
  }

  async #open(signal: AbortSignal): Promise<S> {
    signal.throwIfAborted();
    const session = await this.#source.open(signal);
    this.#opened++;
    return session;
  }

  async #takeIdle(signal: AbortSignal): Promise<S | undefined> {
    // A call right behind another one would open a second session for want of patience.
    if (this.#idle.length === 0 && this.#looks.size > 0) await Promise.race(this.#looks);
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (await this.#isAlive(entry.session, signal)) return entry.session;
      this.#close(entry.session);
    }
    return undefined;
  }

  async #isAlive(session: S, signal: AbortSignal): Promise<boolean> {
    return this.#answersYes(this.#source.isAlive(session, signal));
  }

  async #answersYes(question: Promise<boolean>): Promise<boolean> {
    let answered = false;
    const asked = question.then((answer) => { answered = answer; });
    return (await settledWithin(this.#clock, asked, LIVENESS_LIMIT)) && answered;
  }

  #lease(session: S): SessionLease<S> {
    let released = false;
    return {
      session,
      release: (healthy, after) => {
        if (released) return;
        released = true;
        if (!healthy || !this.#hasRoom()) void this.#retire(session, after);
        else if (this.#source.reusable === undefined) this.#keep(session);
        else void this.#track(this.#keepIfReusable(session, this.#source.reusable));
      },
    };
  }

  #hasRoom(): boolean {
    return !this.#disposed && this.#idle.length < this.#limits.maxIdle;
  }

  #keep(session: S): void {
    this.#idle.push({ session, since: this.#clock.now() });
    this.#permits.giveBack();
    this.#scheduleSweep();
  }

  /** Its permit is taken meanwhile: nobody gets a session that is being looked at. */
  async #keepIfReusable(session: S, reusable: NonNullable<SessionSource<S>['reusable']>): Promise<void> {
    const look = this.#answersYes(reusable(session, AbortSignal.timeout(LIVENESS_LIMIT)));
    this.#looks.add(look);
    const isReusable = await look;
    this.#looks.delete(look);
    if (isReusable && this.#hasRoom()) this.#keep(session);
    else await this.#retire(session, undefined);
  }

  /** The permit comes back only when the session is closed, so that the target never sees more than `maxObjects`. */
  #retire(session: S, after: Promise<unknown> | undefined): Promise<unknown> {
    const unused = after === undefined ? Promise.resolve(true) : settledWithin(this.#clock, after, GRACE);
    const closed = unused.then(() => settledWithin(this.#clock, this.#source.close(session), GRACE));
    return this.#track(closed.then(() => this.#permits.giveBack()));
  }

  #close(session: S): void {
    void this.#track(settledWithin(this.#clock, this.#source.close(session), GRACE));
  }

  #track(closing: Promise<unknown>): Promise<unknown> {
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
    return closing;
  }

  #scheduleSweep(): void {
    if (this.#cancelSweep !== undefined || this.#idle.length <= this.#limits.minIdle) return;
    const oldest = this.#idle[0]?.since ?? this.#clock.now();
    const wait = oldest + this.#limits.minEvictableIdleTime - this.#clock.now();
    this.#cancelSweep = this.#clock.after(Math.max(1, wait), () => {
      this.#cancelSweep = undefined;
      this.#sweep();
      this.#scheduleSweep();
    });
  }

  /** The longest idle go first, down to `minIdle`. */
  #sweep(): void {
    const expired = this.#clock.now() - this.#limits.minEvictableIdleTime;
    while (this.#idle.length > this.#limits.minIdle && (this.#idle[0]?.since ?? Infinity) <= expired) {
      const entry = this.#idle.shift();
      if (entry !== undefined) this.#close(entry.session);
    }
  }
}
