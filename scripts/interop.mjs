/**
 * `npm run test:interop`: everything against the released Java framework. Installs a JDK and Maven when missing (as root),
 * builds both sides, runs the suites, prints which operation was proven in which direction, and measures; then searches what
 * our processes left behind for the secrets of the tests. Ends with `N passed, N failed`. `--no-bench` leaves the measurements
 * out, `--rounds N` (5) says how often each is made.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPrograms, JAVA_TOOLS, TEST_SERVERS } from './debian-packages.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { installPackages, root } from './run.mjs';
import { searchEvidence, startEvidence } from './test-evidence.mjs';
import { TestResults } from './test-results.mjs';

const { values } = parseArgs({ options: { 'no-bench': { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } } });
const node = process.execPath;
const results = new TestResults();
await installPackages();
installPrograms([...TEST_SERVERS, ...JAVA_TOOLS]);
rmSync(join(root, 'var/interop'), { recursive: true, force: true });
await results.check('build', node, ['scripts/build.mjs']);
await results.check('build of the Java programs', '/usr/bin/mvn', ['-q', '-B', '-f', 'test/interop/java/pom.xml', 'package']);
if (results.failed > 0) results.finish();
const evidence = startEvidence('interop');
await results.vitest('interop');
await searchEvidence(results, evidence, []);
await withTypeScript(async (load) => {
  const { printOutcomeTable } = await load('/test/interop/support/outcome-table.ts');
  results.count('every operation proven in every direction', await printOutcomeTable() === 0);
});
if (!values['no-bench']) {
  await results.check('bench: 100,000 CSV rows, ours and Java', node, ['scripts/interop-bench.mjs', 'csv', values.rounds]);
  await results.check('bench: relay and direct', node, ['scripts/interop-bench.mjs', 'relay', values.rounds]);
}
results.finish();
