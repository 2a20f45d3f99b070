import { defineConfig } from 'vitest/config';

const common = { environment: 'node' as const, testTimeout: 20_000, hookTimeout: 60_000 };

/** unit: no server, no process. integration: real servers and built processes, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/connectors/**/*.test.ts'], exclude: ['**/*.integration.test.ts'] } },
      {
        test: {
          ...common, name: 'integration', include: ['test/integration/**/*.test.ts', 'test/connectors/**/*.integration.test.ts', 'test/faults/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false,
        },
      },
      // Against the Java side: run by npm run test:interop, which builds the Java programs first.
      {
        test: { ...common, name: 'interop', include: ['test/interop/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false },
      },
      // Needs the seed texts beside the checkout: run by .ci/run, not by npm test.
      { test: { ...common, name: 'seeds', include: ['test/seeds/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 } },
    ],
  },
});
