import type { JsonObject } from '../crest/json.js';

interface Series { count: number; sum: number; min: number; max: number; mean: number; squares: number }

/** How long the parts of a run took, in milliseconds; kept as statistics, not as a list (Welford). */
export class Durations {
  readonly #series = new Map<string, Series>();

  add(name: string, milliseconds: number): void {
    const before = this.#series.get(name) ?? { count: 0, sum: 0, min: Infinity, max: 0, mean: 0, squares: 0 };
    const count = before.count + 1;
    const mean = before.mean + (milliseconds - before.mean) / count;
    this.#series.set(name, {
      count, mean, sum: before.sum + milliseconds, min: Math.min(before.min, milliseconds), max: Math.max(before.max, milliseconds),
      squares: before.squares + (milliseconds - before.mean) * (milliseconds - mean),
    });
  }

  async measure<T>(name: string, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await run();
    } finally {
      this.add(name, performance.now() - startedAt);
    }
  }

  toJson(): JsonObject {
    return Object.fromEntries([...this.#series].sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, series]) => [name, {
      min: Math.round(series.min), max: Math.round(series.max), mean: round(series.mean), count: series.count, sum: Math.round(series.sum),
      stdDev: round(Math.sqrt(series.squares / series.count)),
    }]));
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
