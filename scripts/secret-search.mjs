/**
 * `node scripts/secret-search.mjs DIRECTORY [--whole]`: searches what a test run left behind (see test/support/evidence.ts) for
 * every secret the tests used, in every spelling. Fails on any that is not in test/secret-search/allowed-hits.ts; with
 * `--whole`, also when there is a kind of evidence nothing was kept of. Part of `npm test`. Figures go to
 * var/secret-search/figures.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values, positionals: [directory] } = parseArgs({ allowPositionals: true, options: { whole: { type: 'boolean', default: false } } });
if (directory === undefined) {
  console.error('Usage: node scripts/secret-search.mjs DIRECTORY [--whole]');
  process.exit(2);
}

/** One line for each reason, with how often it was needed. */
function explainedIn(found) {
  const times = new Map();
  for (const { kind, secret, why } of found) if (why !== undefined) times.set(`${kind}, ${secret}: ${why}`, (times.get(`${kind}, ${secret}: ${why}`) ?? 0) + 1);
  return [...times].map(([what, count]) => `${what} (${count})`);
}

await withTypeScript(async (load) => {
  const { ALLOWED_HITS } = await load('/test/secret-search/allowed-hits.ts');
  const { faultsOf, searchEvidence, tableOf } = await load('/test/secret-search/search-evidence.ts');
  const report = await searchEvidence(directory, ALLOWED_HITS);
  console.log(`${report.secrets} secrets in ${report.patterns} spellings, in what the test run left:`);
  const explained = explainedIn(report.found);
  for (const line of [...tableOf(report), ...explained.map((line) => `explained: ${line}`), ...report.cut.map((source) => `not kept as a whole: ${source}`)]) console.log(line);
  const faults = faultsOf(report, values.whole ? undefined : []);
  for (const fault of faults) console.error(`FOUND: ${fault}`);
  if (values.whole) {
    mkdirSync(join(root, 'var/secret-search'), { recursive: true });
    const { secrets, patterns, kinds } = report;
    writeFileSync(join(root, 'var/secret-search/figures.json'), `${JSON.stringify({ at: new Date().toISOString(), node: process.version, secrets, patterns, kinds, explained }, null, 2)}\n`);
  }
  process.exitCode = faults.length === 0 ? 0 : 1;
});
