import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const common = { environment: 'node' as const, testTimeout: 20_000, hookTimeout: 60_000 };

/** vitest would leave one core to itself, which has little to do. */
const maxWorkers = Math.max(2, availableParallelism() - 1);
/** Mostly waiting for something to run out: more of them than there are cores at a time. */
const WAITING = [
  'test/faults/certificates.test.ts', 'test/faults/half-open.test.ts', 'test/faults/idle-agent.test.ts', 'test/faults/shutdown.test.ts', 'test/integration/agent/enrolment/running-agent.test.ts',
  'test/integration/agent/oauth-server.test.ts',
];
/** Measure memory, under load of their own. */
const ALONE = ['test/e2e/memory.test.ts', 'test/faults/overload.test.ts'];
const real = { ...common, testTimeout: 60_000, hookTimeout: 120_000 };

/**
 * unit: no server, no process. integration: real servers and built processes, some files at a time; integration-waiting: those
 * that take time rather than work; integration-alone: one file at a time, with nothing beside it. `--project 'integration*'` is all three.
 */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'unit', maxWorkers, include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/connectors/**/*.test.ts'], exclude: ['**/*.integration.test.ts'] } },
      {
        test: {
          ...real, name: 'integration', include: ['test/integration/**/*.test.ts', 'test/connectors/**/*.integration.test.ts', 'test/faults/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/packages/**/*.test.ts'],
          exclude: [...WAITING, ...ALONE], maxWorkers, sequence: { groupOrder: 1 },
        },
      },
      { test: { ...real, name: 'integration-waiting', include: WAITING, maxWorkers: maxWorkers + 1, sequence: { groupOrder: 2 } } },
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
