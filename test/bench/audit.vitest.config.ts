import { defineConfig } from 'vitest/config';

/** What the audit log costs. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ['test/bench/audit.bench.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false },
});
