import type { Gauge } from 'prom-client';
import type { TargetWaits, WaitCause } from '../../../connectors/framework/index.js';
import type { CountedHistogram, HistogramSeries } from '../../../deploy/runtime/metrics/counted-histogram.js';
import type { MetricsRegistry } from '../../../deploy/runtime/metrics/metrics-registry.js';

/** Seconds: from the pace of a limit by the second to the longest a limit is waited for. */
const BUCKETS = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 7200];

interface Tally {
  waiting: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly ended: HistogramSeries;
}

/** Requests of connectors that wait before they are sent. Labels are ids of connectors and three causes, so they stay few. */
export class WaitMetrics {
  readonly #now: () => number;
  readonly #waiting: Gauge;
  readonly #ended: CountedHistogram;
  readonly #tallies = new Map<string, Tally>();

  /** `now`: milliseconds. */
  constructor(registry: MetricsRegistry, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#waiting = registry.gauge('target_waiting', 'Requests to targets that wait before they are sent. cause: limit (the rate the configuration or the target allows), 429 or 503 (the pause after such an answer). REST connectors only.', ['connector', 'cause']);
    this.#ended = registry.countedHistogram('target_wait_seconds', 'How long requests to targets waited before they were sent, or given up; those that need not wait are none. cause: as in target_waiting. REST connectors only.', ['connector', 'cause'], BUCKETS);
  }

  /** `connector`: its id. */
  of(connector: string): TargetWaits {
    return { begun: (cause) => this.#begun(this.#tallyOf(connector, cause)) };
  }

  /** At each scrape. */
  fill(): void {
    for (const { labels, waiting } of this.#tallies.values()) this.#waiting.set(labels, waiting);
  }

  #begun(tally: Tally): () => void {
    const began = this.#now();
    let isOver = false;
    tally.waiting++;
    return () => {
      if (isOver) return;
      isOver = true;
      tally.waiting--;
      tally.ended.observe(Math.max(0, this.#now() - began) / 1000);
    };
  }

  #tallyOf(connector: string, cause: WaitCause): Tally {
    const key = `${cause} ${connector}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      const labels = { connector, cause };
      this.#tallies.set(key, tally = { waiting: 0, labels, ended: this.#ended.series(labels) });
    }
    return tally;
  }
}
