import { randomUUID } from 'node:crypto';
import { anySignal } from '../../protocol/model/index.js';
import type { Log } from '../log.js';
import { ResourceError, notFound } from '../crest/resource-error.js';
import type { Database, SqlRunner } from '../store/database/database.js';
import type { FailedRun } from './failed-run.js';
import { messageOf } from './message-of.js';
import type { RunHistory, ScheduleRun } from './run-history.js';
import { iso, type KeptSchedule, type ScheduleBook } from './schedule-book.js';
import type { Schedule } from './schedule.js';
import type { EndState, ScheduleObserver } from './schedule-observer.js';
import { serviceOf, type ScheduledServices } from './scheduled-service.js';
import type { WallClock } from './wall-clock.js';

export interface SchedulerSettings {
  /** A run that begins so much later than it was due was missed. Milliseconds. */
  readonly missedAfter: number;
  /** How long ended runs are kept. Milliseconds. */
  readonly history: number;
  /** Runs at a time. */
  readonly maxConcurrentRuns: number;
}

export interface SchedulerParts {
  readonly database: Database;
  readonly book: ScheduleBook;
  readonly history: RunHistory;
  readonly services: ScheduledServices;
  readonly clock: WallClock;
  readonly settings: SchedulerSettings;
  /** Names this controller in the history. */
  readonly controller: string;
  readonly log: Log;
  /** Is told of a run once, in the transaction that notes its end; with a rejection it is not noted, and looked after later. */
  readonly observer?: ScheduleObserver | undefined;
  readonly onFailure?: ((failed: FailedRun, tx: SqlRunner) => Promise<void>) | undefined;
}

/** What other controllers changed is seen after so long, and what could not begin is tried again. Milliseconds. */
const LOOK = 5_000;
/** Looks for runs whose controller has ended, and for history to forget. Milliseconds. */
const TIDY = 30_000;
/** Missed times are counted so far. */
const COUNTED = 1_000;

/** Fires schedules when they are due, each time on one controller of those that share the database. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #running = new Map<string, { readonly run: ScheduleRun; readonly done: Promise<void> }>();
  readonly #stop = new AbortController();
  #passing: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #tidiedAt = -Infinity;
  #isStarted = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Ids of the schedules that run on this controller. */
  get running(): ReadonlySet<string> {
    return new Set([...this.#running.values()].map(({ run }) => run.schedule));
  }

  start(): void {
    this.#isStarted = true;
    this.#wakeIn(0);
  }

  /** Something changed: what is due is looked for at once, unless this controller fires no schedules. */
  wake(): void {
    if (this.#isStarted && !this.#stop.signal.aborted) this.#wakeIn(0);
  }

  /** Ends what runs, and waits for its end. */
  async close(): Promise<void> {
    this.#cancelTimer();
    this.#stop.abort(new Error('the controller was stopped'));
    await this.#passing.catch(() => undefined);
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Fires what is due now; answers when to look again, in milliseconds. */
  async pass(): Promise<number> {
    const { book, clock } = this.#parts;
    await this.#tidy();
    let wait = LOOK;
    for (const kept of await book.all()) {
      if (this.#isStopped()) break;
      const due = dueTime(kept);
      if (due === undefined) continue;
      const left = due - clock.now();
      if (left > 0) wait = Math.min(wait, left);
      else if (await this.#fire(kept, due)) wait = 0;
    }
    return wait;
  }

  /** Fires a schedule at once, whatever its times. Throws 404, and 409 while it runs and must not run twice. */
  async trigger(name: string): Promise<string> {
    const { book, clock } = this.#parts;
    const kept = await book.get(name);
    if (kept === undefined) throw notFound('Schedule does not exist');
    const run = this.#newRun(kept.schedule, clock.now());
    const claimed = await this.#begin(kept.schedule, run, async () => this.#parts.history.begin(this.#parts.database, run, clock.now(), { message: 'started by hand' }));
    if (!claimed) throw new ResourceError(409, `Schedule ${name} is running, and concurrentExecution is false`);
    return run.id;
  }

  #wakeIn(milliseconds: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => {
      this.#passing = this.#passing.then(() => this.#passAndSleep());
    });
  }

  async #passAndSleep(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    let wait = LOOK;
    try {
      wait = await this.pass();
    } catch (error) {
      this.#parts.log.error({ reason: messageOf(error) }, 'schedules could not be looked at; they are tried again');
    }
    if (!this.#isStopped()) this.#wakeIn(wait);
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** False when it could not begin yet. */
  async #fire(kept: KeptSchedule, due: number): Promise<boolean> {
    const { clock, settings, book, history, database } = this.#parts;
    const { schedule } = kept;
    const run = this.#newRun(schedule, due);
    const now = clock.now();
    const isLate = now - due > settings.missedAfter;
    const missed = isLate ? this.#missed(kept, due, now) : 0;
    const message = missed === 0 ? undefined : `${missed === COUNTED ? `${COUNTED} or more` : missed} ${missed === 1 ? 'run was' : 'runs were'} missed since ${iso(due)}`;
    const until = isLate ? now : due;
    const claim = async (state: 'RUNNING' | 'MISSED'): Promise<boolean> => {
      const isClaimed = await database.transaction(async (tx) => await book.advance(tx, kept, until) && history.begin(tx, run, clock.now(), { state, message }));
      book.advanced(kept, until);
      if (isClaimed && missed > 0) this.#parts.observer?.missed(schedule.name, missed);
      return isClaimed;
    };
    if (isLate && schedule.source.misfirePolicy === 'doNothing') {
      const isClaimed = await claim('MISSED');
      if (isClaimed) this.#parts.log.warn({ schedule: schedule.name, missed: message }, 'a schedule missed its time');
      return isClaimed;
    }
    if (this.#running.size >= settings.maxConcurrentRuns) return false;
    return this.#begin(schedule, run, () => claim('RUNNING'));
  }

  /** How many of its times are over, up to `COUNTED`. */
  #missed({ schedule, since }: KeptSchedule, due: number, now: number): number {
    let count = 0;
    for (let at: number | undefined = due; at !== undefined && at <= now && count < COUNTED; at = schedule.fireAfter(at, since)) count += 1;
    return count;
  }

  #newRun(schedule: Schedule, fireTime: number): ScheduleRun {
    const id = randomUUID();
    const lease = schedule.source.concurrentExecution ? `schedule run ${id}` : `schedule ${schedule.name}`;
    return { id, schedule: schedule.name, fireTime, attempt: 1, controller: this.#parts.controller, lease, content: schedule.toJson() };
  }

  /** Takes the lease, claims the run and goes on with it in the background. False when another run has the lease, or another controller the run. */
  #begin(schedule: Schedule, run: ScheduleRun, claim: () => Promise<boolean>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const done = this.#parts.database.exclusively(run.lease, async (lease) => {
        const isClaimed = await claim();
        resolve(isClaimed);
        if (isClaimed) await this.#execute(schedule, run, lease);
      }).then(() => { resolve(false); }, (error: unknown) => {
        reject(error instanceof Error ? error : new Error('unknown failure'));
      }).finally(() => { this.#running.delete(run.id); });
      this.#running.set(run.id, { run, done });
    });
  }

  /** Never rejects: a failure belongs to the run. */
  async #execute(schedule: Schedule, run: ScheduleRun, lease: AbortSignal): Promise<void> {
    const { clock, services } = this.#parts;
    const log = this.#parts.log.child({ schedule: schedule.name, run: run.id });
    const signal = anySignal(lease, this.#stop.signal);
    log[levelOf(schedule)]({ dueAt: iso(run.fireTime) }, 'schedule fired');
    const began = clock.now();
    const observed = this.#parts.observer?.began(schedule.name);
    let noted: EndState | undefined;
    try {
      let end: RunEnd;
      try {
        end = { state: 'SUCCESS', result: await serviceOf(services, schedule).run(schedule.context, { runId: run.id, signal, log }) };
      } catch (error) {
        end = { state: signal.aborted ? 'INTERRUPTED' : 'FAILED', message: messageOf(signal.aborted ? signal.reason : error) };
        log.error({ reason: end.message }, 'the run of a schedule failed');
      }
      // What can be done again is left as it is: another controller, or this one when it is back, sees that it ended early.
      if (end.state === 'INTERRUPTED' && schedule.source.recoverable) return;
      noted = await this.#noteEnd(schedule, run, end);
      log[levelOf(schedule)]({ state: end.state }, 'run of a schedule ended');
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'the end of a run could not be stored');
    } finally {
      observed?.(noted, clock.now() - began);
    }
  }

  /** With what others are told of it. Undefined when another controller noted an end before. */
  #noteEnd(schedule: Schedule, run: ScheduleRun, end: RunEnd): Promise<EndState | undefined> {
    const { database, history, clock, services, onFailure } = this.#parts;
    const isPublic = end.state === 'INTERRUPTED' || services.get(schedule.service)?.hasPublicReasons === true;
    return database.transaction(async (tx) => {
      if (!await history.end(tx, run.id, clock.now(), end)) return undefined;
      if (end.state !== 'SUCCESS') await onFailure?.({ run, state: end.state, reason: (isPublic ? end.message : undefined) ?? `it is told at /openidm/scheduler/run/${run.id}` }, tx);
      return end.state;
    });
  }

  async #tidy(): Promise<void> {
    const { clock, history, settings, log } = this.#parts;
    const now = clock.now();
    if (now - this.#tidiedAt < TIDY) return;
    for (const run of await history.running()) if (!this.#running.has(run.id)) await this.#lookAfter(run);
    await history.forget(now - settings.history).catch((error: unknown) => { log.warn({ reason: messageOf(error) }, 'old runs of schedules could not be removed'); });
    // Not before: what failed is looked for again at the next look.
    this.#tidiedAt = now;
  }

  /** A run that holds no lease has lost its controller; whoever gets the lease ends it, and does it again where the schedule says so. */
  async #lookAfter(run: ScheduleRun): Promise<void> {
    const { database, history, clock, log, book, onFailure } = this.#parts;
    let schedule: Schedule | undefined;
    try {
      schedule = book.compile(run.schedule, run.content);
    } catch { /* It is not done again, then. */ }
    const again = schedule?.source.recoverable === true ? { ...run, id: randomUUID(), attempt: run.attempt + 1, controller: this.#parts.controller } : undefined;
    const message = `controller ${run.controller} ended during the run`;
    const noted = { asInterrupted: false };
    const claim = (): Promise<boolean> => database.transaction(async (tx) => {
      const open = await tx.query("SELECT 1 FROM schedule_run WHERE id = $1 AND state = 'RUNNING' FOR UPDATE", [run.id]);
      if (open.length === 0) return false;
      await history.end(tx, run.id, clock.now(), { state: 'INTERRUPTED', message });
      if (again === undefined) await onFailure?.({ run, state: 'INTERRUPTED', reason: message }, tx);
      noted.asInterrupted = true;
      log.warn({ schedule: run.schedule, run: run.id, controller: run.controller, again: again !== undefined }, 'a controller ended during the run of a schedule');
      return again !== undefined && history.begin(tx, again, clock.now());
    });
    if (schedule !== undefined && again !== undefined) await this.#begin(schedule, again, claim);
    else await database.exclusively(run.lease, claim);
    if (noted.asInterrupted) this.#parts.observer?.interrupted(run.schedule);
  }
}

type RunEnd = Parameters<RunHistory['end']>[3];

/** When it fires next; undefined when it does not. */
export function dueTime({ schedule, consideredUntil, since, isPaused }: KeptSchedule): number | undefined {
  return isPaused || !schedule.source.enabled ? undefined : schedule.fireAfter(consideredUntil, since);
}

function levelOf({ source: { invokeLogLevel } }: Schedule): 'debug' | 'info' | 'warn' | 'error' {
  return invokeLogLevel === 'trace' ? 'debug' : invokeLogLevel;
}
