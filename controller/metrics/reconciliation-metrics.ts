import type { Counter, Gauge, Histogram } from 'prom-client';
import { BoundedValues, CONFIGURED_NAME } from '../../deploy/runtime/metrics/bounded-values.js';
import type { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import type { EndedRun, ReconciliationObserver } from '../reconciliation/reconciliation-observer.js';
import type { Situation } from '../mappings/situations.js';

/** From a run over one object to one over millions. */
const DURATION_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
const MOST_MAPPINGS = 100;

/** Runs of reconciliation. */
export class ReconciliationMetrics implements ReconciliationObserver {
  readonly #running: Gauge;
  readonly #ended: Counter;
  readonly #duration: Histogram;
  readonly #situations: Counter;
  readonly #changes: Counter;
  readonly #failed: Counter;
  readonly #lastSuccess: Gauge;
  readonly #names = new BoundedValues(MOST_MAPPINGS, { form: CONFIGURED_NAME });
  readonly #underWay = new Map<string, number>();
  readonly #successes = new Map<string, number>();

  constructor(registry: MetricsRegistry) {
    this.#running = registry.gauge('reconciliations_running', 'Runs of reconciliation under way, those that wait for their turn included.', ['mapping']);
    this.#ended = registry.counter('reconciliations_total', 'Runs of reconciliation that have ended. state: SUCCESS, CANCELED or FAILED.', ['mapping', 'state']);
    this.#duration = registry.histogram('reconciliation_duration_seconds', 'Time from the start of a run to its end.', ['mapping'], DURATION_BUCKETS);
    this.#situations = registry.counter('reconciliation_situations_total', 'Objects by the situation they were found in, counted while a run goes on.', ['mapping', 'situation']);
    this.#changes = registry.counter('reconciliation_changes_total', 'What runs did, counted at their end. change: created, updated, deleted, linked or unlinked.', ['mapping', 'change']);
    this.#failed = registry.counter('reconciliation_objects_failed_total', 'Objects that runs could not deal with, counted at their end.', ['mapping']);
    this.#lastSuccess = registry.gauge('reconciliation_last_success_timestamp_seconds', 'When the last run of a mapping that was successful ended, as seconds since 1970; since the start of this controller.', ['mapping']);
  }

  started(name: string): void {
    const mapping = this.#names.admit(name);
    this.#underWay.set(mapping, (this.#underWay.get(mapping) ?? 0) + 1);
    for (const state of ['SUCCESS', 'CANCELED', 'FAILED']) this.#ended.inc({ mapping, state }, 0);
    this.#failed.inc({ mapping }, 0);
  }

  situation(name: string, situation: Situation, objects: number): void {
    this.#situations.inc({ mapping: this.#names.known(name), situation }, objects);
  }

  ended(name: string, { state, milliseconds, changes, failed }: EndedRun): void {
    const mapping = this.#names.known(name);
    this.#underWay.set(mapping, (this.#underWay.get(mapping) ?? 1) - 1);
    this.#ended.inc({ mapping, state });
    this.#duration.observe({ mapping }, milliseconds / 1000);
    for (const [change, count] of Object.entries(changes)) this.#changes.inc({ mapping, change }, count);
    this.#failed.inc({ mapping }, failed);
    if (state === 'SUCCESS') this.#successes.set(mapping, Date.now() / 1000);
  }

  fill(): void {
    for (const [mapping, count] of this.#underWay) this.#running.set({ mapping }, count);
    for (const [mapping, when] of this.#successes) this.#lastSuccess.set({ mapping }, when);
  }
}
