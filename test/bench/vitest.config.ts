import { defineConfig } from 'vitest/config';

/** Measurements that are tests in form: they start real servers, and print figures. */
export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ['test/bench/ldap-*.bench.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false },
});
