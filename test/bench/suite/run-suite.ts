import { join } from 'node:path';
import { writePage } from '../report/performance-page.js';
import { SCENARIOS, scenarioNamed } from '../scenarios/index.js';
import { environment, isQuiet, loadNow } from './environment.js';
import { keepResult, keptResult, type Result } from './results.js';
import type { BenchContext, Goal, Size } from './scenario.js';

export interface SuiteOptions {
  readonly root: string;
  /** Names of scenarios; empty: all. */
  readonly names: readonly string[];
  readonly size: Size;
  readonly profile: string | undefined;
  readonly report: (line: string) => void;
}

/** Where results are kept, below the root. */
export const RESULTS = 'var/bench';

const goalLine = ({ goal, reached, met }: Goal): string => `  goal ${met ? 'met   ' : 'MISSED'}: ${goal}: ${reached}`;

function contextOf({ size, profile, report }: SuiteOptions, scenario: string): BenchContext {
  return {
    size, report,
    nodeOptions: (name) => (profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${scenario}-${name}-${Date.now()}.cpuprofile`]),
  };
}

/** Runs the scenarios one after the other and keeps what each found. One that fails does not end the others; answers the names of those. */
export async function runSuite(options: SuiteOptions): Promise<readonly string[]> {
  const { root, names, size, report } = options;
  const failed: string[] = [];
  for (const name of names.length > 0 ? names : Object.keys(SCENARIOS)) {
    const scenario = await scenarioNamed(name);
    const load = await loadNow();
    const startedAt = new Date();
    report(`${name} (${size}): ${scenario.title}${isQuiet(load) ? '' : `; the machine is busy (load ${load.toFixed(1)}), absolute figures are provisional`}`);
    try {
      const figures = await scenario.run(contextOf(options, name));
      const result: Result = { scenario: name, size, startedAt: startedAt.toISOString(), seconds: (Date.now() - startedAt.getTime()) / 1000, load, environment: environment(), figures };
      await keepResult(join(root, RESULTS), result);
      for (const goal of scenario.section(figures).goals) report(goalLine(goal));
    } catch (error) {
      failed.push(name);
      report(`  ${name} failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
    }
  }
  return failed;
}

/** docs/performance.md and its charts, from the results that are kept. */
export async function writeReport(root: string): Promise<void> {
  const kept = await Promise.all(Object.keys(SCENARIOS).map(async (name) => {
    const result = await keptResult(join(root, RESULTS), name);
    const scenario = await scenarioNamed(name);
    return result === undefined ? [] : [{ result, title: scenario.title, section: scenario.section(result.figures) }];
  }));
  await writePage(root, kept.flat());
}
