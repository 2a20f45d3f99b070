import type { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import { LATENCY_BUCKETS } from '../../deploy/runtime/metrics/operation-metrics.js';
import type { LiveSyncObserver, RunOutcome } from '../sync/live-sync-observer.js';

const MOST_SOURCES = 200;
const OTHER_SOURCE = 'other';

/** Runs of liveSync. `source`: `system/NAME/TYPE`, both of a provisioner file. */
export class LiveSyncMetrics implements LiveSyncObserver {
  readonly #runs: Counter;
  readonly #duration: Histogram;
  readonly #changes: Counter;
  readonly #running: Gauge;
  readonly #lastSuccess: Gauge;
  readonly #retried: Gauge;
  readonly #letters: Counter;
  readonly #kept: Gauge;
  readonly #sources = new Map<string, { running: number; lastSuccess: number | undefined; isStuck: boolean }>();

  constructor(registry: MetricsRegistry) {
    this.#runs = registry.counter('live_sync_runs_total', 'Runs of liveSync that have ended. outcome: ok, stopped (at a change that failed and comes again), or failed.', ['source', 'outcome']);
    this.#duration = registry.histogram('live_sync_run_duration_seconds', 'Time from the start of a run of liveSync to its end.', ['source'], LATENCY_BUCKETS);
    this.#changes = registry.counter('live_sync_changes_total', 'Changes of sources. outcome: applied, failed (comes again), or given_up.', ['source', 'outcome']);
    this.#running = registry.gauge('live_sync_running', 'Runs of liveSync under way.', ['source']);
    this.#lastSuccess = registry.gauge('live_sync_last_success_timestamp_seconds', 'When the last run that got to the end of the changes ended, as seconds since 1970; since the start of this controller. time() less this is how far behind a source is at most.', ['source']);
    this.#retried = registry.gauge('live_sync_stuck', '1: the last run stopped at a change that failed, and which the next run tries again.', ['source']);
    this.#letters = registry.counter('dead_letters_total', 'Changes that were put into the dead letter queue since the start.', ['source']);
    this.#kept = registry.gauge('dead_letters', 'Changes in the dead letter queue.', ['system']);
  }

  started(container: string): void {
    const source = this.#known(container);
    this.#of(source).running++;
    for (const outcome of ['ok', 'stopped', 'failed']) this.#runs.inc({ source, outcome }, 0);
    for (const outcome of ['applied', 'failed', 'given_up']) this.#changes.inc({ source, outcome }, 0);
    this.#letters.inc({ source }, 0);
  }

  change(container: string, outcome: 'applied' | 'failed' | 'given_up'): void {
    this.#changes.inc({ source: this.#known(container), outcome });
  }

  deadLetter(container: string): void {
    this.#letters.inc({ source: this.#known(container) });
  }

  ended(container: string, outcome: RunOutcome, milliseconds: number): void {
    const source = this.#known(container);
    const state = this.#of(source);
    state.running--;
    if (outcome === 'ok') state.lastSuccess = Date.now() / 1000;
    if (outcome !== 'failed') state.isStuck = outcome === 'stopped';
    this.#runs.inc({ source, outcome });
    this.#duration.observe({ source }, milliseconds / 1000);
  }

  /** `kept`: letters in the queue, by system. */
  fill(kept: ReadonlyMap<string, number>): void {
    for (const [source, { running, lastSuccess, isStuck }] of this.#sources) {
      this.#running.set({ source }, running);
      this.#retried.set({ source }, isStuck ? 1 : 0);
      if (lastSuccess !== undefined) this.#lastSuccess.set({ source }, lastSuccess);
    }
    for (const [system, count] of kept) this.#kept.set({ system }, count);
  }

  #known(container: string): string {
    return this.#sources.has(container) || this.#sources.size < MOST_SOURCES ? container : OTHER_SOURCE;
  }

  #of(source: string): { running: number; lastSuccess: number | undefined; isStuck: boolean } {
    let state = this.#sources.get(source);
    if (state === undefined) this.#sources.set(source, state = { running: 0, lastSuccess: undefined, isStuck: false });
    return state;
  }
}
