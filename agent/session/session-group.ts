import type { Clock } from '../../protocol/session/contract.js';
import { Deferred } from '../../protocol/session/deferred.js';
import type { SessionState } from './session-states.js';

/** Sockets to one controller. Times in milliseconds. */
export interface GroupPlan {
  /** Sockets kept open. */
  readonly sockets: number;
  /** Never more than this, rotation included; at least `sockets`. With no room above `sockets` nothing is rotated. */
  readonly maxSockets: number;
  /** A socket is replaced at this age, give or take a tenth; 0 never. */
  readonly connectionTtl: number;
  /** Pause between the starts of two sockets. */
  readonly stagger: number;
}

/** Why a line was told to stop. */
export type LineStop = 'stopping' | 'rotated';

export interface LineEvents {
  onMove(from: SessionState, to: SessionState, why: string): void;
}

/** Runs one socket's life (see keep-session.ts) until `stop` fires, whose reason is a {@link LineStop}. */
export type RunLine = (line: number, events: LineEvents, stop: AbortSignal) => Promise<void>;

interface Line {
  readonly id: number;
  readonly stop: AbortController;
  state: SessionState;
  /** How often it came to serve; tells an old age timer that it is out of date. */
  served: number;
  /** How often the group had been renewed when this line last dialled. */
  renewal: number;
  /** The line that is to take this one's place. */
  successor: Line | undefined;
}

export interface GroupOptions {
  readonly plan: GroupPlan;
  readonly run: RunLine;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
}

/** The sockets to one controller. */
export interface SocketGroup {
  /** Keeps `sockets` lines open until `stop` fires, then resolves. Rejects when a line failed for good. */
  run(stop: AbortSignal): Promise<void>;
  /**
   * Replaces every socket that was dialled before now, one after the other. Where there is room for one more, each goes
   * once its successor serves; where there is none, it is retired first, so that its frames end before it does.
   */
  renew(): void;
}

/**
 * The first line goes ahead alone, so that an absent
 * controller is knocked at by one line and not by all. A line that reached its age is retired only once its successor
 * serves; while no successor can be had, the old line stays.
 */
export function createGroup(options: GroupOptions): SocketGroup {
  const group = new SessionGroup(options);
  return {
    async run(stop) {
      const onStop = (): void => group.stop('stopping');
      stop.addEventListener('abort', onStop, { once: true });
      try {
        if (!stop.aborted) await group.run();
      } finally {
        stop.removeEventListener('abort', onStop);
      }
    },
    renew: () => { group.renew(); },
  };
}

/** A group that is never renewed from outside. */
export function keepGroup(options: GroupOptions, stop: AbortSignal): Promise<void> {
  return createGroup(options).run(stop);
}

class SessionGroup {
  readonly #plan: GroupPlan;
  readonly #run: RunLine;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #lines = new Set<Line>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #firstServes: Promise<void>;
  #markServing: () => void = () => undefined;
  #nextId = 1;
  #failure: Error | undefined;
  #renewals = 0;
  #renewing = false;
  /** Resolved, and made anew, at each move and end of a line. */
  #change = new Deferred<void>();

  constructor({ plan, run, clock, random = Math.random }: GroupOptions) {
    this.#plan = plan;
    this.#run = run;
    this.#clock = clock;
    this.#random = random;
    this.#firstServes = new Promise((resolve) => { this.#markServing = resolve; });
  }

  async run(): Promise<void> {
    this.#open();
    this.#track(this.#openTheRest());
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks);
    if (this.#failure !== undefined) throw this.#failure;
  }

  stop(why: LineStop): void {
    this.#stopped.abort(why);
    this.#changed();
    this.#markServing();
    for (const line of this.#lines) line.stop.abort(why);
  }

  async #openTheRest(): Promise<void> {
    await this.#firstServes;
    for (let count = 1; count < this.#plan.sockets; count += 1) {
      if (!(await this.#pause(this.#plan.stagger * (0.5 + this.#random())))) return;
      // The room may be taken for a moment by a line that is being replaced.
      while (this.#open() === undefined) {
        if (!(await this.#happens(this.#change.promise))) return;
      }
    }
  }

  /** False when the group was stopped meanwhile. */
  async #pause(milliseconds: number, signal: AbortSignal = this.#stopped.signal): Promise<boolean> {
    if (signal.aborted) return false;
    return this.#clock.sleep(milliseconds, signal).then(() => !signal.aborted, () => false);
  }

  #track(task: Promise<void>): void {
    const done = task.then(
      () => { this.#tasks.delete(done); },
      (error: unknown) => {
        this.#tasks.delete(done);
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
        this.stop('stopping');
      },
    );
    this.#tasks.add(done);
  }

  /** See {@link SocketGroup.renew}. */
  renew(): void {
    this.#renewals += 1;
    if (this.#renewing || this.#stopped.signal.aborted) return;
    this.#renewing = true;
    this.#track(this.#renewAll().finally(() => { this.#renewing = false; }));
  }

  /** A line that waits uses what is new by itself once it dials again. */
  async #renewAll(): Promise<void> {
    for (;;) {
      const change = this.#change.promise;
      const old = [...this.#lines].find(({ renewal, state }) => renewal < this.#renewals && ['dialing', 'handshaking', 'serving'].includes(state));
      if (this.#stopped.signal.aborted || old === undefined) return;
      if (old.state === 'serving' && old.successor === undefined) {
        if (this.#lines.size < this.#plan.maxSockets) this.#open(old);
        else if (![...this.#lines].some(({ successor }) => successor !== undefined)) await this.#replaceInPlace(old);
      }
      if (!(await this.#happens(change))) return;
    }
  }

  /** No room for two: the old line is retired, and the next one has to wait until the new one serves. */
  async #replaceInPlace(old: Line): Promise<void> {
    old.stop.abort('rotated');
    while (this.#lines.has(old)) await this.#change.promise;
    const line = this.#open();
    while (line !== undefined && this.#lines.has(line) && line.state !== 'serving' && await this.#happens(this.#change.promise));
  }

  /** False when the group was stopped instead. */
  async #happens(change: Promise<void>): Promise<boolean> {
    await change;
    return !this.#stopped.signal.aborted;
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = new Deferred();
    resolve();
  }

  /** Undefined when the group was stopped, or there is no room. */
  #open(replaces?: Line): Line | undefined {
    if (this.#stopped.signal.aborted || this.#lines.size >= this.#plan.maxSockets) return undefined;
    const line: Line = { id: this.#nextId, stop: new AbortController(), state: 'idle', served: 0, renewal: this.#renewals, successor: undefined };
    this.#nextId += 1;
    this.#lines.add(line);
    if (replaces !== undefined) replaces.successor = line;
    const events: LineEvents = { onMove: (from, to) => { this.#moved(line, replaces, from, to); } };
    this.#track(this.#run(line.id, events, line.stop.signal).finally(() => {
      this.#lines.delete(line);
      this.#changed();
    }));
    return line;
  }

  #moved(line: Line, replaces: Line | undefined, from: SessionState, to: SessionState): void {
    line.state = to;
    if (to === 'dialing') line.renewal = this.#renewals;
    this.#changed();
    if (to === 'serving') {
      line.served += 1;
      this.#markServing();
      replaces?.stop.abort('rotated');
      if (this.#plan.connectionTtl > 0) this.#track(this.#rotateInTime(line));
    }
    // Lost before its successor served: the successor's own attempts are enough, a second line must not dial as well.
    if (from === 'serving' && to === 'waiting' && line.successor !== undefined) line.stop.abort('rotated');
  }

  async #rotateInTime(line: Line): Promise<void> {
    const { connectionTtl } = this.#plan;
    const { served } = line;
    let wait = connectionTtl * (0.9 + this.#random() * 0.2);
    while (await this.#pause(wait, line.stop.signal)) {
      if (line.state !== 'serving' || line.served !== served || line.successor !== undefined) return;
      this.#open(line);
      if ((line.successor as Line | undefined) !== undefined) return;
      wait = connectionTtl / 10; // no room: another line is being rotated
    }
  }
}
