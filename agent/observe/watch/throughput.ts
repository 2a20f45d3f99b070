/** Length of a bucket in milliseconds. */
export const BUCKET_MS = 5000;
/** Buckets told about: fifteen minutes. */
export const BUCKETS = 180;
/** Complete buckets that count as "now". */
const RECENT = 2;

/** What went through in the last fifteen minutes. The bucket under way is not in it. */
export interface ThroughputStatus {
  readonly bucketSeconds: number;
  /** ISO time at which the newest bucket ended. */
  readonly until: string;
  /** Operations that ended, a number each bucket, oldest first. */
  readonly operations: readonly number[];
  /** Those of them that failed. */
  readonly failed: readonly number[];
  /** Results of streams, counted as they leave, and one for each get. */
  readonly entries: readonly number[];
  /** Of the last ten seconds. */
  readonly operationsPerSecond: number;
  readonly entriesPerSecond: number;
}

type Series = 'operations' | 'failed' | 'entries';

/** Counts by time in a ring that never grows. Times in milliseconds of one clock. */
export class Throughput {
  /** One more than is told about: the bucket under way. */
  readonly #counts: Readonly<Record<Series, Float64Array>> = { operations: new Float64Array(BUCKETS + 1), failed: new Float64Array(BUCKETS + 1), entries: new Float64Array(BUCKETS + 1) };
  #bucket: number;

  constructor(now: number) {
    this.#bucket = Math.floor(now / BUCKET_MS);
  }

  add(series: Series, count: number, now: number): void {
    this.#advance(now);
    const at = this.#bucket % (BUCKETS + 1);
    const counts = this.#counts[series];
    counts[at] = (counts[at] ?? 0) + count;
  }

  /** `wallClock`: milliseconds since the epoch at `now`. */
  status(now: number, wallClock: number): ThroughputStatus {
    this.#advance(now);
    const [operations, failed, entries] = [this.#told('operations'), this.#told('failed'), this.#told('entries')];
    return {
      bucketSeconds: BUCKET_MS / 1000, until: new Date(wallClock - (now - this.#bucket * BUCKET_MS)).toISOString(), operations, failed, entries,
      operationsPerSecond: recently(operations), entriesPerSecond: recently(entries),
    };
  }

  #told(series: Series): number[] {
    const counts = this.#counts[series];
    const oldest = this.#bucket - BUCKETS;
    return Array.from({ length: BUCKETS }, (_, index) => (oldest + index < 0 ? 0 : counts[(oldest + index) % (BUCKETS + 1)] ?? 0));
  }

  /** Empties the buckets that time has gone over. A clock that goes back changes nothing. */
  #advance(now: number): void {
    const bucket = Math.floor(now / BUCKET_MS);
    const steps = Math.min(bucket - this.#bucket, BUCKETS + 1);
    if (steps <= 0) return;
    for (let step = 1; step <= steps; step += 1) {
      for (const counts of Object.values(this.#counts)) counts[(bucket - steps + step) % (BUCKETS + 1)] = 0;
    }
    this.#bucket = bucket;
  }
}

function recently(counts: readonly number[]): number {
  const sum = counts.slice(-RECENT).reduce((total, count) => total + count, 0);
  return Math.round(sum / (RECENT * BUCKET_MS) * 10_000) / 10;
}
