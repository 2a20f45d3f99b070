/**
 * `npm test`: installs what is missing (packages; Debian packages for the real servers, as root), builds, checks, and
 * runs every test but those against the Java side (`npm run test:interop`). Ends with `N passed, N failed` and exits
 * non-zero when anything failed.
 */
import { installPrograms, TEST_SERVERS } from './debian-packages.mjs';
import { installPackages } from './run.mjs';
import { TestResults } from './test-results.mjs';

const node = process.execPath;
const results = new TestResults();
await installPackages();
installPrograms(TEST_SERVERS);
await results.check('build', node, ['scripts/build.mjs']);
await results.check('types', node, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
await results.check('lint', node, ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
await results.check('import boundaries', node, ['scripts/check-boundaries.mjs']);
await results.check('.proto against the specification', node, ['scripts/check-proto.mjs']);
const wanted = process.argv.slice(2);
for (const project of wanted.length > 0 ? wanted : ['unit', 'integration']) await results.vitest(project);
results.finish();
