import { spread, type Spread } from '../../interop/bench/figures.js';

/** One of several ways to do the same. */
export interface Way<T> {
  readonly name: string;
  run(): Promise<T>;
}

export interface Rounds {
  readonly rounds: number;
  /** Runs of each way before any that counts. */
  readonly warmUps: number;
  readonly report: (line: string) => void;
}

/** Runs every way in every round, in turn forwards and backwards, so that what else the machine does meets all of them. */
export async function interleaved<T>(ways: readonly Way<T>[], { rounds, warmUps, report }: Rounds, describe: (result: T) => string): Promise<Map<string, T[]>> {
  for (let warmUp = 0; warmUp < warmUps; warmUp++) for (const way of ways) await way.run();
  const results = new Map<string, T[]>(ways.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const way of round % 2 === 1 ? ways : [...ways].reverse()) {
      const result = await way.run();
      results.get(way.name)?.push(result);
      report(`  round ${round}, ${way.name}: ${describe(result)}`);
    }
  }
  return results;
}

/** A figure of each round over the same figure of the baseline in that round. */
export function ratios(figures: readonly number[], baseline: readonly number[]): Spread {
  return spread(figures.map((figure, round) => figure / (baseline[round] ?? NaN)));
}

/** The value below which the share of all values lies; values need not be sorted. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? NaN;
}

export const shown = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

export const withSpread = ({ median, min, max }: Spread): string => (min === max ? shown(median) : `${shown(median)} (${shown(min)}–${shown(max)})`);
