import type { Counter, Gauge, Histogram } from 'prom-client';
import { BoundedValues, CONFIGURED_NAME } from '../../deploy/runtime/metrics/bounded-values.js';
import type { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import type { EndState, ScheduleObserver } from '../schedules/schedule-observer.js';

/** From a look for changes to a reconciliation of millions. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
/** Schedules can be made over REST, too. */
const MOST_SCHEDULES = 100;

/** Runs of schedules. */
export class ScheduleMetrics implements ScheduleObserver {
  readonly #running: Gauge;
  readonly #ended: Counter;
  readonly #duration: Histogram;
  readonly #missed: Counter;
  readonly #lastSuccess: Gauge;
  readonly #names = new BoundedValues(MOST_SCHEDULES, { form: CONFIGURED_NAME });
  readonly #underWay = new Map<string, number>();
  readonly #successes = new Map<string, number>();

  constructor(registry: MetricsRegistry) {
    this.#running = registry.gauge('schedule_runs_running', 'Runs of schedules under way on this controller.', ['schedule']);
    this.#ended = registry.counter('schedule_runs_total', 'Runs of schedules that have ended. state: SUCCESS, FAILED, or INTERRUPTED (their controller ended; the one that notes it counts it).', ['schedule', 'state']);
    this.#duration = registry.histogram('schedule_run_duration_seconds', 'Time from the start of a run of a schedule to its end, whichever way it ended.', ['schedule'], DURATION_BUCKETS);
    this.#missed = registry.counter('schedule_runs_missed_total', 'Times at which a schedule was due and no run could begin within schedules.missedAfter, whether or not one run made up for them; at most 1,000 are counted at once.', ['schedule']);
    this.#lastSuccess = registry.gauge('schedule_last_success_timestamp_seconds', 'When the last run of a schedule that was successful ended, as seconds since 1970; on this controller, since its start.', ['schedule']);
  }

  began(name: string): (state: EndState | undefined, milliseconds: number) => void {
    const schedule = this.#known(name);
    this.#underWay.set(schedule, (this.#underWay.get(schedule) ?? 0) + 1);
    return (state, milliseconds) => {
      this.#underWay.set(schedule, (this.#underWay.get(schedule) ?? 1) - 1);
      this.#duration.observe({ schedule }, milliseconds / 1_000);
      if (state !== undefined) this.#ended.inc({ schedule, state });
      if (state === 'SUCCESS') this.#successes.set(schedule, Date.now() / 1_000);
    };
  }

  interrupted(name: string): void {
    this.#ended.inc({ schedule: this.#known(name), state: 'INTERRUPTED' });
  }

  missed(name: string, times: number): void {
    this.#missed.inc({ schedule: this.#known(name) }, times);
  }

  fill(): void {
    for (const [schedule, count] of this.#underWay) this.#running.set({ schedule }, count);
    for (const [schedule, when] of this.#successes) this.#lastSuccess.set({ schedule }, when);
  }

  /** A series that is there before something happens shows the first time it does. */
  #known(name: string): string {
    const schedule = this.#names.admit(name);
    for (const state of ['SUCCESS', 'FAILED', 'INTERRUPTED']) this.#ended.inc({ schedule, state }, 0);
    this.#missed.inc({ schedule }, 0);
    return schedule;
  }
}
