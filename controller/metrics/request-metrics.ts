import type { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import { LATENCY_BUCKETS } from '../../deploy/runtime/metrics/operation-metrics.js';
import type { AnsweredRequest, RequestObserver } from '../crest/request-observer.js';

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const RESOURCES: ReadonlySet<string> = new Set(['system', 'recon', 'config', 'repo', 'info', 'fleet', 'authentication']);

/** Requests of the REST API. */
export class RequestMetrics implements RequestObserver {
  readonly #answered: Counter;
  readonly #duration: Histogram;
  readonly #running: Gauge;
  #underWay = 0;

  constructor(registry: MetricsRegistry) {
    this.#answered = registry.counter('requests_total', 'Requests of the REST API that have ended. resource: the first word of the path; status: of the answer, 0 where it was cut: its reader left, or it failed midway.', ['method', 'resource', 'status']);
    this.#duration = registry.histogram('request_duration_seconds', 'Time from a request to the last byte of its answer.', ['method', 'resource'], LATENCY_BUCKETS);
    this.#running = registry.gauge('requests_running', 'Requests of the REST API under way.');
  }

  begin(): (answered: AnsweredRequest) => void {
    this.#underWay++;
    return ({ method, resource, status, milliseconds }) => {
      this.#underWay--;
      const labels = { method: METHODS.has(method) ? method : 'other', resource: RESOURCES.has(resource) ? resource : 'other' };
      this.#answered.inc({ ...labels, status: String(status) });
      this.#duration.observe(labels, milliseconds / 1000);
    };
  }

  fill(): void {
    this.#running.set(this.#underWay);
  }
}
