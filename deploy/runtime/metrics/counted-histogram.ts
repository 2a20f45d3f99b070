import type { Labels } from './metrics-registry.js';

interface HistogramValue { readonly metricName: string; readonly labels: Record<string, string | number>; readonly value: number }

/** One set of labels, kept by whoever observes: prom-client looks its labels up, checks and sorts them at each observation, which takes microseconds. */
export class HistogramSeries {
  readonly labels: Labels;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] ?? Infinity)) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** As prom-client writes them: buckets add up. */
  values(name: string): HistogramValue[] {
    let total = 0;
    const buckets = this.#counts.map((count, at): HistogramValue => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[at] ?? '+Inf', ...this.labels }, value: total };
    });
    return [...buckets, { metricName: `${name}_sum`, labels: { ...this.labels }, value: this.#sum }, { metricName: `${name}_count`, labels: { ...this.labels }, value: total }];
  }
}

/** A histogram counted in plain numbers, in the form prom-client's registry asks metrics for. */
export class CountedHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #bounds: readonly number[];
  readonly #series: HistogramSeries[] = [];

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  /** Called once for each set of labels. */
  series(labels: Labels): HistogramSeries {
    const series = new HistogramSeries(labels, this.#bounds);
    this.#series.push(series);
    return series;
  }

  /** Asked by the registry. */
  async get(): Promise<{ readonly name: string; readonly help: string; readonly type: string; readonly aggregator: string; readonly values: readonly HistogramValue[] }> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: this.#series.flatMap((series) => series.values(name)) };
  }
}
