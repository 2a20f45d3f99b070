import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ['test/bench/tracing.bench.ts'], testTimeout: 120_000, fileParallelism: false },
});
