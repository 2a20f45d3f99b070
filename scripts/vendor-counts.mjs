import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** What the vendors' contracts said in the last runs of tests (var/vendor-contracts), for each service, suite and contract; of tests that are there no more, nothing. */
export async function keptCounts(load) {
  const { addedUp } = await load('/test/vendor-contracts/contract-watch.ts');
  const directory = process.env.CAUSEWAY_VENDOR_CONTRACTS ?? join(root, 'var/vendor-contracts/counts');
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')).sort() : [];
  const suites = new Map();
  for (const { tests, ...counts } of names.map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')))) {
    if (tests === undefined || !existsSync(join(root, tests))) continue;
    const suite = [counts.service, counts.suite, counts.contract].join('\n');
    suites.set(suite, [...suites.get(suite) ?? [], counts]);
  }
  return [...suites.values()].map(addedUp);
}
