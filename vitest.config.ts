import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

const common = { environment: 'node' as const, testTimeout: 40_000, hookTimeout: 60_000 };

/** vitest would leave one core to itself, which has little to do; and tests wait: for times to run out, servers to start, processes to end. */
const maxWorkers = Math.max(2, availableParallelism() - 1) + 1;
/** Hold the product to seconds, or to how little it does: away from what takes processor time. */
const WAITING = ['test/faults/certificates.test.ts', 'test/faults/half-open.test.ts', 'test/faults/idle-agent.test.ts', 'test/faults/shutdown.test.ts'];
/** Measure memory, under load of their own. */
const ALONE = ['test/e2e/memory.test.ts', 'test/faults/overload.test.ts'];
const real = { ...common, testTimeout: 60_000, hookTimeout: 120_000 };

/** Changes what vitest puts back only with the process, or measures the process: such a file has one to itself. */
const OWN_PROCESS = /\bvi\.(?:mock|doMock|stub|useFakeTimers)|memoryUsage|cpuUsage|getHeap|thread-time|setFlagsFromString|streaming\.js'|isolated-world\.js'|fuzz\/engine|process\.(?:env\[|chdir|on(?:ce)?\(|exitCode|umask)|v8'/;
const UNIT = ['unit', 'contract', 'connectors'];
const isolated = UNIT.flatMap((room) => readdirSync(join(import.meta.dirname, 'test', room), { recursive: true, encoding: 'utf8' }).map((path) => `test/${room}/${path.replaceAll('\\', '/')}`))
  .filter((path) => path.endsWith('.test.ts') && !path.endsWith('.integration.test.ts') && OWN_PROCESS.test(readFileSync(join(import.meta.dirname, path), 'utf8')));

/**
 * unit: no server, no process of ours; files share a process, each with modules of its own (starting processes took longer than
 * most tests), but for those of unit-isolated: `--project 'unit*'` is both. integration: real servers and built processes, some
 * files at a time; integration-waiting: those that take time rather than work; integration-alone: one file at a time, with nothing
 * beside it. `--project 'integration*'` is all three.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common, name: 'unit', include: UNIT.map((room) => `test/${room}/**/*.test.ts`), exclude: ['**/*.integration.test.ts', ...isolated], maxWorkers,
          isolate: false, setupFiles: ['test/support/fresh-modules.ts'],
        },
      },
      { test: { ...common, name: 'unit-isolated', include: isolated, maxWorkers } },
      {
        test: {
          ...real, name: 'integration', include: ['test/integration/**/*.test.ts', 'test/connectors/**/*.integration.test.ts', 'test/faults/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/packages/**/*.test.ts'],
          exclude: [...WAITING, ...ALONE], maxWorkers, sequence: { groupOrder: 1 },
        },
      },
      { test: { ...real, name: 'integration-waiting', include: WAITING, maxWorkers, sequence: { groupOrder: 2 } } },
      { test: { ...real, name: 'integration-alone', include: ALONE, fileParallelism: false } },
      // Against the Java side: run by npm run test:interop, which builds the Java programs first.
      {
        test: { ...common, name: 'interop', include: ['test/interop/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false },
      },
      // Files of gigabytes, a million objects: minutes, so by hand and before a release: npx vitest run --project large.
      { test: { ...real, name: 'large', include: ['test/large/**/*.test.ts'], fileParallelism: false } },
      // Needs FerretDB, which takes Go to build: run by scripts/ferretdb.mjs, not by npm test.
      { test: { ...real, name: 'ferretdb', maxWorkers, include: ['test/ferretdb/**/*.test.ts'] } },
      // Needs the seed texts beside the checkout: run by .ci/run, not by npm test.
      { test: { ...common, name: 'seeds', include: ['test/seeds/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } },
    ],
  },
});
