import type { Gauge } from 'prom-client';
import { ALL, ConnectorError, type OperationKind, type OperationOutcome } from '../../../protocol/model/index.js';
import { BoundedValues, CONFIGURED_NAME } from './bounded-values.js';
import type { CountedHistogram, HistogramSeries } from './counted-histogram.js';
import type { CountedElsewhere, MetricsRegistry } from './metrics-registry.js';

/** One operation while it is under way. */
export interface OperationMeter {
  /** So many results were handed on. */
  entries(count: number): void;
  /** Called once. */
  ended(outcome: OperationOutcome, error: unknown): void;
}

/** Whoever measures operations. */
export interface OperationMetering {
  begin(subject: string, operation: OperationKind, objectClass: string | undefined): OperationMeter;
  /** One that was followed elsewhere, told at its end. */
  note(subject: string, operation: OperationKind | undefined, end: OperationEnd): void;
}

export interface OperationEnd {
  readonly outcome: OperationOutcome;
  readonly error: unknown;
  readonly milliseconds: number;
  /** Results of a stream. */
  readonly entries: number;
}

/** Seconds: from an answer out of memory to the longest anybody waits. */
export const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

const MOST_SUBJECTS = 100;
const MOST_OBJECT_CLASSES = 50;
const NO_CLASS = 'none';
const NO_ERROR = 'none';
/** Object classes there are everywhere. */
const COMMON_CLASSES = [NO_CLASS, '__ACCOUNT__', '__GROUP__', ALL];

/** How operations ended; one for each combination of these. */
interface EndCount {
  count: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is counted at each operation and each chunk of results, and so is plain numbers until somebody asks. */
interface Tally {
  running: number;
  entries: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly classes: BoundedValues;
  readonly duration: HistogramSeries;
  readonly ends: Map<string, EndCount>;
}

export interface OperationMetricsOptions {
  /** Name of the label that says where operations run: `connector` or `system`. */
  readonly subject: string;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: (() => number) | undefined;
  /** Told of each failure besides. `labels`: subject and operation. */
  readonly onFailed?: ((error: unknown, labels: Readonly<Record<string, string>>) => void) | undefined;
}

/** The figures of operations: how many, how they ended, how long they took, how much they returned. */
export class OperationMetrics implements OperationMetering {
  readonly #options: OperationMetricsOptions;
  readonly #now: () => number;
  readonly #ended: CountedElsewhere;
  readonly #duration: CountedHistogram;
  readonly #entries: CountedElsewhere;
  readonly #running: Gauge;
  readonly #subjects = new BoundedValues(MOST_SUBJECTS, { form: CONFIGURED_NAME });
  readonly #classes = new Map<string, BoundedValues>();
  readonly #tallies = new Map<string, Tally>();

  constructor(registry: MetricsRegistry, options: OperationMetricsOptions) {
    const { subject, now = () => performance.now() } = options;
    this.#options = options;
    this.#now = now;
    this.#ended = registry.countedElsewhere('operations_total',
      'Operations that have ended. outcome: ok, failed, or left (the requester cancelled or went away); error: the kind of failure (docs/errors.md), none where there is none. An object class has a label of its own once an operation on it was successful, for the first 50; the rest is other.',
      [subject, 'object_class', 'operation', 'outcome', 'error']);
    this.#duration = registry.countedHistogram('operation_duration_seconds', 'Time from the arrival of an operation to its end, the wait for a place and the pace of the reader included.', [subject, 'operation'], LATENCY_BUCKETS);
    this.#entries = registry.countedElsewhere('entries_returned_total', 'Objects and changes handed on by searches and syncs, results of batches included.', [subject, 'operation']);
    this.#running = registry.gauge('operations_running', 'Operations under way.', [subject, 'operation']);
  }

  begin(subject: string, operation: OperationKind, objectClass: string | undefined): OperationMeter {
    const tally = this.#tallyOf(this.#subjects.admit(subject), operation);
    const started = this.#now();
    tally.running++;
    return {
      entries: (count) => { tally.entries += count; },
      ended: (outcome, error) => {
        tally.running--;
        this.#end(tally, objectClass, { outcome, error, milliseconds: this.#now() - started });
      },
    };
  }

  note(subject: string, operation: OperationKind | undefined, end: OperationEnd): void {
    const tally = this.#tallyOf(this.#subjects.admit(subject), operation ?? 'unknown');
    tally.entries += end.entries;
    this.#end(tally, undefined, end);
  }

  #end({ labels, classes, duration, ends }: Tally, objectClass: string | undefined, { outcome, error, milliseconds }: Omit<OperationEnd, 'entries'>): void {
    const kind = error === undefined || outcome !== 'failed' ? NO_ERROR : error instanceof ConnectorError ? error.kind : 'unexpected';
    // What nothing ever succeeded with may be anything: a name that was put into the wrong field, or a flood of them.
    const name = outcome === 'ok' ? classes.admit(objectClass ?? NO_CLASS) : classes.known(objectClass ?? NO_CLASS);
    const key = `${outcome} ${kind} ${name}`;
    const end = ends.get(key);
    if (end === undefined) ends.set(key, { count: 1, labels: { ...labels, object_class: name, outcome, error: kind } });
    else end.count++;
    duration.observe(Math.max(0, milliseconds) / 1000);
    if (outcome === 'failed') this.#options.onFailed?.(error, labels);
  }

  /** At each scrape. */
  fill(): void {
    for (const { labels, running, entries, ends } of this.#tallies.values()) {
      for (const end of ends.values()) this.#ended.tell(end.count, end.labels);
      this.#running.set(labels, running);
      if (entries > 0) this.#entries.tell(entries, labels);
    }
  }

  #tallyOf(subject: string, operation: OperationKind | 'unknown'): Tally {
    const key = `${operation} ${subject}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) this.#tallies.set(key, tally = this.#newTally(subject, operation));
    return tally;
  }

  #newTally(subject: string, operation: string): Tally {
    const labels = { [this.#options.subject]: subject, operation };
    let classes = this.#classes.get(subject);
    if (classes === undefined) this.#classes.set(subject, classes = new BoundedValues(MOST_OBJECT_CLASSES, { always: COMMON_CLASSES }));
    return { running: 0, entries: 0, labels, classes, duration: this.#duration.series(labels), ends: new Map() };
  }
}
