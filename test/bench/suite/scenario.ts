import type { Chart } from '../report/chart.js';

/** `smoke` shows that the harness works; `small` takes minutes; `full` is what the issue of the benchmarks asks for. */
export const SIZES = ['smoke', 'small', 'full'] as const;
export type Size = (typeof SIZES)[number];

export interface BenchContext {
  readonly size: Size;
  report(line: string): void;
  /** Flags of Node for a process of that name, e.g. `--cpu-prof`. */
  nodeOptions(process: 'agent' | 'controller'): readonly string[];
}

export interface Goal {
  readonly goal: string;
  readonly reached: string;
  readonly met: boolean;
  /** What limits it, in words. */
  readonly limit: string;
}

export interface Table {
  readonly title: string;
  /** The first row is the header. */
  readonly rows: readonly (readonly string[])[];
}

/** How figures are shown on docs/performance.md. */
export interface Section {
  readonly method: string;
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly goals: readonly Goal[];
  /** What the figures say, and what limits them. */
  readonly remarks: readonly string[];
}

/** A measurement. Figures are plain data: they are kept as JSON, and shown from there. */
export interface Scenario<F> {
  readonly name: string;
  readonly title: string;
  run(context: BenchContext): Promise<F>;
  section(figures: F): Section;
}

export function bySize<T>({ size }: Pick<BenchContext, 'size'>, values: Readonly<Record<Size, T>>): T {
  return values[size];
}
