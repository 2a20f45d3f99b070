import { mebibytes } from '../../interop/bench/figures.js';
import { startAgent, startController } from '../../support/causeway-processes.js';
import { makeWorld } from '../../support/causeway-world.js';
import { startCsvTarget } from '../connectors/csv-target.js';
import type { BenchTarget } from '../connectors/bench-target.js';
import { memoryBetween, samplingInto, type MemoryUse } from '../ends/sampled-memory.js';
import { bySize, type BenchContext, type Goal, type Scenario, type Section, type Table } from '../suite/scenario.js';

interface Run {
  readonly entries: number;
  /** Searches at the same time, each of so many entries. */
  readonly searches: number;
  readonly seconds: number;
  readonly agent: MemoryUse;
  readonly controller: MemoryUse;
}

export interface SearchMemory { readonly bySize: readonly Run[]; readonly bySearches: readonly Run[] }

/** Processes that have done nothing else make so many searches at once. */
async function measure(context: BenchContext, target: BenchTarget, entries: number, searches: number): Promise<Run> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  const files = { agent: world.path('agent.memory'), controller: world.path('controller.memory') };
  try {
    await world.provisioner('target', target.provisioner('site1'));
    const controller = await startController(world, { nodeOptions: [...context.nodeOptions('controller'), ...samplingInto(files.controller)] });
    running.push(() => controller.stop());
    const agent = await startAgent(world, { controller, nodeOptions: [...context.nodeOptions('agent'), ...samplingInto(files.agent)] });
    running.push(() => agent.stop());
    await controller.systemReady('target');
    const from = Date.now();
    const found = await Promise.all(Array.from({ length: searches }, () => controller.rest.stream('/openidm/system/target/account?_queryFilter=true', { timeout: 1_800_000 })));
    for (const { objects, cut, status } of found) if (objects !== entries || cut !== undefined) throw new Error(`A search gave ${objects} of ${entries} entries (${status} ${cut ?? ''})\n${agent.process.tail()}`);
    const to = Date.now();
    const run = { entries, searches, seconds: (to - from) / 1000, agent: await memoryBetween(files.agent, from, to), controller: await memoryBetween(files.controller, from, to) };
    context.report(`  ${searches} × ${entries} entries: peak of agent ${mebibytes(run.agent.rssPeak)} MiB, of controller ${mebibytes(run.controller.rssPeak)} MiB, ${run.seconds.toFixed(1)} s`);
    return run;
  } finally {
    for (const end of running.reverse()) await end();
  }
}

async function run(context: BenchContext): Promise<SearchMemory> {
  const target = await startCsvTarget();
  try {
    const found: { bySize: Run[]; bySearches: Run[] } = { bySize: [], bySearches: [] };
    for (const entries of bySize(context, { smoke: [2_000], small: [10_000, 100_000, 300_000], full: [10_000, 100_000, 300_000, 1_000_000] })) {
      await target.load(entries);
      found.bySize.push(await measure(context, target, entries, 1));
    }
    const each = bySize(context, { smoke: 500, small: 20_000, full: 100_000 });
    await target.load(each);
    for (const searches of bySize(context, { smoke: [2], small: [1, 4, 16], full: [1, 4, 16, 64] })) found.bySearches.push(await measure(context, target, each, searches));
    return found;
  } finally {
    await target.stop();
  }
}

const PROCESSES = ['agent', 'controller'] as const;
const MOST_GROWTH = 1.1;

function goalsOf({ bySize: runs }: SearchMemory): Goal[] {
  const base = runs.find(({ entries }) => entries === 100_000);
  const last = runs.at(-1);
  if (base === undefined || last === undefined || last === base) return [];
  return PROCESSES.map((process) => {
    const growth = last[process].rssPeak / base[process].rssPeak;
    return {
      goal: `Memory flat within 10 % from 100,000 to ${last.entries.toLocaleString('en')} entries, ${process}`, reached: `peak ${mebibytes(base[process].rssPeak)} → ${mebibytes(last[process].rssPeak)} MiB (${((growth - 1) * 100).toFixed(1)} %), median of the heap in use ${mebibytes(base[process].heapMedian)} → ${mebibytes(last[process].heapMedian)} MiB`,
      met: growth <= MOST_GROWTH, limit: 'what is on its way is bounded by credits and the socket; what varies is when the collector returns what it freed',
    };
  });
}

function tableOf(title: string, first: string, runs: readonly Run[], of: (run: Run) => number): Table {
  return {
    title, rows: [
      [first, 'agent: peak', 'agent: median', 'agent: heap, median', 'controller: peak', 'controller: median', 'controller: heap, median', 'seconds'],
      ...runs.map((run) => [of(run).toLocaleString('en'), ...PROCESSES.flatMap((process) => [mebibytes(run[process].rssPeak), mebibytes(run[process].rssMedian), mebibytes(run[process].heapMedian)]), run.seconds.toFixed(1)]),
    ],
  };
}

function section(figures: SearchMemory): Section {
  const chart = (file: string, title: string, runs: readonly Run[], of: (run: Run) => number, labelUnit: string) => ({
    file, title, unit: 'MiB', kind: 'lines' as const, labels: runs.map((run) => String(of(run))), labelUnit,
    series: PROCESSES.flatMap((process) => [
      { name: `${process}, peak of RSS`, values: runs.map((run) => run[process].rssPeak / 1024 ** 2) }, { name: `${process}, heap in use`, values: runs.map((run) => run[process].heapMedian / 1024 ** 2) },
    ]),
  });
  return {
    method: `Searches of a CSV file through controller and agent by processes that have done nothing else, their memory sampled ten times a second while the searches run. Several searches at once are of ${figures.bySearches[0]?.entries.toLocaleString('en') ?? ''} entries each. MiB.`,
    charts: [chart('memory-by-entries', 'Memory by the size of the result', figures.bySize, ({ entries }) => entries, 'entries'), chart('memory-by-searches', 'Memory by searches at once', figures.bySearches, ({ searches }) => searches, 'searches at once')],
    tables: [tableOf('By the size of the result', 'entries', figures.bySize, ({ entries }) => entries), tableOf('By the number of searches at once', 'searches', figures.bySearches, ({ searches }) => searches)],
    goals: goalsOf(figures), remarks: [],
  };
}

export const searchMemory: Scenario<SearchMemory> = { name: 'memory', title: 'Memory of searches', run, section };
