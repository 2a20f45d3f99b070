import type { Counter as CounterOf, Gauge as GaugeOf, Histogram as HistogramOf, Metric } from 'prom-client';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import { CountedHistogram } from './counted-histogram.js';

export type Labels = Readonly<Record<string, string | number>>;

/** A page as Prometheus reads it. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** One metric as the documentation lists it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** A counter whose number is kept elsewhere: told at each scrape, never counted here. */
export class CountedElsewhere {
  readonly #counter: CounterOf;

  constructor(counter: CounterOf) {
    this.#counter = counter;
  }

  /** Forgets every label set; those there still are get told again. */
  clear(): void {
    this.#counter.reset();
  }

  tell(total: number, labels: Labels = {}): void {
    this.#counter.inc({ ...labels }, total);
  }
}

/** The metrics of one process, under one prefix; nothing is global. Times in seconds, sizes in bytes (https://prometheus.io/docs/practices/naming/). */
export class MetricsRegistry {
  readonly #prefix: string;
  readonly #registry = new Registry();
  readonly #described: MetricDescription[] = [];
  readonly #elsewhere: CountedElsewhere[] = [];
  readonly #gauges: GaugeOf[] = [];

  /** `prefix`: with its underscore, e.g. `causeway_agent_`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get described(): readonly MetricDescription[] {
    return this.#described;
  }

  counter(name: string, help: string, labels: readonly string[] = []): CounterOf {
    return new Counter(this.#describe('counter', name, help, labels));
  }

  /** Set at each scrape. */
  gauge(name: string, help: string, labels: readonly string[] = []): GaugeOf {
    const gauge = new Gauge(this.#describe('gauge', name, help, labels));
    this.#gauges.push(gauge);
    return gauge;
  }

  countedElsewhere(name: string, help: string, labels: readonly string[] = []): CountedElsewhere {
    const counter = new CountedElsewhere(this.counter(name, help, labels));
    this.#elsewhere.push(counter);
    return counter;
  }

  /** `buckets`: upper bounds, in the metric's unit. */
  histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): HistogramOf {
    return new Histogram({ ...this.#describe('histogram', name, help, labels), buckets: [...buckets] });
  }

  /** For what happens often: see {@link CountedHistogram}. */
  countedHistogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): CountedHistogram {
    const histogram = new CountedHistogram(this.#describe('histogram', name, help, labels).name, help, buckets);
    this.#registry.registerMetric(histogram as unknown as Metric); // it asks for name and get(), the type for a class of its own
    return histogram;
  }

  /** `fill` sets every gauge and tells every counter that is kept elsewhere; what it does not name is gone from the page. */
  async exposition(fill: () => void | Promise<void>): Promise<Exposition> {
    for (const gauge of this.#gauges) gauge.reset();
    for (const counter of this.#elsewhere) counter.clear();
    await fill();
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #describe(type: MetricDescription['type'], name: string, help: string, labels: readonly string[]): { name: string; help: string; labelNames: string[]; registers: [InstanceType<typeof Registry>] } {
    const full = `${this.#prefix}${name}`;
    this.#described.push({ name: full, type, help, labels });
    return { name: full, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
