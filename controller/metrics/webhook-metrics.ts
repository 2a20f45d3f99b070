import type { Counter, Gauge } from 'prom-client';
import type { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import type { WebhookObserver, WebhookOutcome } from '../webhooks/webhook-observer.js';

const OUTCOMES: readonly WebhookOutcome[] = ['delivered', 'later', 'dead', 'dropped'];

/** Messages to webhooks; their names are those of the configuration. */
export class WebhookMetrics implements WebhookObserver {
  readonly #messages: Counter;
  readonly #waiting: Gauge;

  constructor(registry: MetricsRegistry) {
    this.#messages = registry.counter('webhook_deliveries_total', 'What became of messages to webhooks. outcome: delivered, later (a try failed and is made again), dead (given up), or dropped (too many waited, so it was not stored).', ['webhook', 'outcome']);
    this.#waiting = registry.gauge('webhook_deliveries_waiting', 'Messages that wait to be delivered, those of all controllers that share the database.', ['webhook']);
  }

  messages(webhook: string, outcome: WebhookOutcome, count: number): void {
    this.#messages.inc({ webhook, outcome }, count);
  }

  /** By webhook, those for which nothing waits included. */
  fill(waiting: ReadonlyMap<string, number>): void {
    for (const [webhook, count] of waiting) {
      this.#waiting.set({ webhook }, count);
      for (const outcome of OUTCOMES) this.#messages.inc({ webhook, outcome }, 0);
    }
  }
}
