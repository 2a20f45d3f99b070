/**
 * `npm test`: installs what is missing (packages; Debian packages for the real servers, as root), builds, checks, and
 * runs every test but those against the Java side (`npm run test:interop`); then searches all that the processes of the tests
 * left behind (var/evidence) for the secrets the tests used. Ends with `N passed, N failed` and exits non-zero when anything
 * failed. Arguments: vitest projects to run instead of all.
 */
import { installPrograms, TEST_SERVERS } from './debian-packages.mjs';
import { installPackages } from './run.mjs';
import { searchEvidence, startEvidence } from './test-evidence.mjs';
import { TestResults } from './test-results.mjs';

const node = process.execPath;
const results = new TestResults();
await installPackages();
installPrograms(TEST_SERVERS);
// Of types, and not while these are looked at.
await results.check('code of the .proto files', node, ['scripts/gen-proto.mjs']);
// Minutes of one core, of what everything else leaves: a build has one thread, and tests wait for processes.
const beside = results.checkBeside('types', node, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'])
  .then(() => results.checkBeside('lint', node, ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']));
await results.check('build', node, ['scripts/build.mjs']);
await results.check('import boundaries', node, ['scripts/check-boundaries.mjs']);
await results.check('.proto against the specification', node, ['scripts/check-proto.mjs']);
await results.check('pages of the connectors', node, ['scripts/reference-pages.mjs', '--check']);
await results.check('configuration reference', node, ['scripts/configuration-reference.mjs', '--check']);
await results.check('OpenAPI document', node, ['scripts/openapi.mjs', '--check']);
await results.check('monitoring files', node, ['scripts/monitoring-files.mjs', '--check']);
await results.check('links of the pages', node, ['scripts/check-links.mjs']);
await results.check('page of the commands', node, ['scripts/command-page.mjs', '--check']);
await results.check('coverage of the specifications', node, ['scripts/specification-coverage.mjs', '--check']);

const GROUPS = [['unit', 'unit-isolated'], ['integration'], ['integration-waiting'], ['integration-alone']];
const wanted = process.argv.slice(2);
const evidence = startEvidence('test');
for (const projects of wanted.length > 0 ? wanted.map((project) => [project]) : GROUPS) {
  // What measures has the machine to itself.
  if (projects.includes('integration-alone')) await beside;
  await results.vitest(...projects);
}
await beside;
await searchEvidence(results, evidence, wanted.length > 0 ? [] : ['--whole']);
results.finish();
