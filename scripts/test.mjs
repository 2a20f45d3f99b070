/**
 * `npm test`: installs what is missing (packages; Debian packages for the real servers, as root), builds, checks, and
 * runs every test. Ends with `N passed, N failed` and exits non-zero when anything failed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, root, run } from './run.mjs';

/** Programs the integration tests start, with the Debian package each comes from. */
const targets = [
  { program: '/usr/sbin/slapd', package: 'slapd' },
  { program: '/usr/bin/ldapmodify', package: 'ldap-utils' },
  { program: '/usr/bin/tinyproxy', package: 'tinyproxy' },
  { program: '/usr/bin/openssl', package: 'openssl' },
  { program: '/usr/sbin/ns-slapd', package: '389-ds-base' },
  { program: '/usr/sbin/dscreate', package: 'python3-lib389' },
];

const results = { passed: 0, failed: 0 };
const count = (name, ok) => {
  results[ok ? 'passed' : 'failed'] += 1;
  if (!ok) console.error(`FAILED: ${name}`);
};

function installTargets() {
  const isMissing = ({ program }) => spawnSync('test', ['-x', program]).status !== 0;
  const missing = targets.filter(isMissing).map((target) => target.package);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(`The tests start real servers and need these Debian packages: ${missing.join(', ')}.\nInstall them as root and run npm test again:\n  ${command}`);
    process.exit(1);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { stdio: 'inherit', env });
  // policy-rc.d would be the other way to keep the packages from starting a daemon; there is none to start in a container.
  const installed = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { stdio: 'inherit', env });
  const stillMissing = targets.filter(isMissing).map((target) => target.package);
  if (installed.status !== 0 || stillMissing.length > 0) {
    console.error(`Could not install ${stillMissing.join(', ')}: ${command}`);
    process.exit(1);
  }
}

async function check(name, command, args) {
  console.log(`\n== ${name}`);
  count(name, await run(command, args).then(() => true, (error) => (console.error(String(error)), false)));
}

async function vitest(project) {
  console.log(`\n== tests: ${project}`);
  const report = join(root, `var/test-${project}.json`);
  rmSync(report, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ended = await run(process.execPath, args).then(() => true, () => false);
  let summary;
  try {
    summary = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return count(`${project}: the test runner left no report`, false);
  }
  results.passed += summary.numPassedTests;
  results.failed += summary.numFailedTests + summary.numPendingTests + summary.numTodoTests;
  if (summary.numPassedTests === 0) count(`${project}: no test ran`, false);
  // A suite that fails before its first test, or an error outside any test, counts too.
  if (!ended && summary.numFailedTests === 0) count(`${project}: failed outside a test`, false);
}

const node = process.execPath;
await installPackages();
installTargets();
await check('build', node, ['scripts/build.mjs']);
await check('types', node, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']);
await check('lint', node, ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']);
await check('import boundaries', node, ['scripts/check-boundaries.mjs']);
await check('.proto against the specification', node, ['scripts/check-proto.mjs']);
const wanted = process.argv.slice(2);
for (const project of wanted.length > 0 ? wanted : ['unit', 'integration']) await vitest(project);
console.log(`\n${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed === 0 ? 0 : 1);
