/**
 * `node scripts/ci/vendor-contracts.mjs`: what the vendors' own contracts said of the requests of the last test run (var/vendor-contracts),
 * a row for each service and suite. Runs the tests of the checks themselves first. Fails where a contract is not there, or where
 * requests were left unchecked for want of it.
 */
import { keptCounts } from '../vendor-counts.mjs';
import { withTypeScript } from '../load-typescript.mjs';
import { root, run } from '../run.mjs';

await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'test/unit/vendor-contracts', '--silent', '--reporter=dot'], { cwd: root });
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const [counts, absent] = await withTypeScript(async (load) => {
  const [{ CONTRACTS }, { contractFile }] = await Promise.all([load('/test/vendor-contracts/contracts.ts'), load('/test/vendor-contracts/contract-files.ts')]);
  return [await keptCounts(load), Object.values(CONTRACTS).map(({ file }) => file).filter((file) => contractFile(file) === undefined)];
});
row(['service', 'suite', 'contract', 'requests checked', 'refused', 'unchecked', 'answers checked', 'refused']);
row(Array.from({ length: 8 }, () => '---'));
for (const { service, suite, contract, checked, refused, unchecked, answersChecked, answersRefused } of counts) {
  const without = Object.entries(unchecked).map(([reason, number]) => `${number} (${reason})`).join(', ');
  row([service, suite, contract, checked, refused, without === '' ? 0 : without, answersChecked, answersRefused]);
}
for (const file of absent) console.error(`${file} is not here: nothing was checked by it`);
const missed = counts.filter(({ unchecked, contract }) => unchecked[`${contract} is not here`] !== undefined && !absent.includes(contract));
for (const { service, suite, contract } of missed) console.error(`${service}, ${suite}: ran without ${contract}, which is here now`);
if (absent.length + missed.length > 0) process.exitCode = 1;
