/**
 * `node scripts/services.mjs`: what is known of the connectors to services over HTTP, after the tests have run: contract suites (var/contract),
 * specification, requests checked by the vendors' contracts (var/vendor-contracts), lines of code, rate limits, and the tests of a
 * newcomer's connector and of bad answers (var/test-*.json). Fails when a connector or its suite is not there, when a suite, one of those tests or a goal of the
 * limits was missed, or a contract refused a request.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withTypeScript } from './load-typescript.mjs';
import { root, run } from './run.mjs';
import { keptCounts } from './vendor-counts.mjs';

const SERVICES = [
  'adobe-admin-console', 'aws', 'aws-iam-identity-center', 'box', 'docusign', 'dropbox', 'duo', 'gcp', 'google-apps', 'ms-graph', 'pingone', 'salesforce', 'scim', 'servicenow', 'teamdynamix', 'webex',
];
const SHOWN_TESTS = { 'A connector of a newcomer': 'test/e2e/new-connector.test.ts', 'Bad answers of a service': 'test/unit/connectors/rest/bad-answers.test.ts' };

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const jsonIn = (folder, pattern) => (existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).sort().map((name) => read(join(folder, name))) : []);
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const fail = (message) => {
  console.error(message);
  process.exitCode = 1;
};

const coverage = JSON.parse(execFileSync(process.execPath, ['scripts/specification-coverage.mjs', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }));
const suites = jsonIn(process.env.CAUSEWAY_CONTRACT_RESULTS ?? join(root, 'var/contract'), /\.json$/);
const [checks, counts] = await withTypeScript(async (load) => [Object.keys((await load('/test/contract/contract-checks.ts')).CHECKS), await keptCounts(load)]);

/** Of all checks of all suites: passed, failed or not run, and without object. */
function contractCells(id) {
  const results = suites.filter(({ connector }) => connector === id).flatMap((suite) => checks.map((check) => suite.checks[check]));
  const failed = results.filter((result) => result === undefined || result === 'failed' || result === 'not said').length;
  const passed = results.filter((result) => result === 'passed').length;
  if (failed > 0) fail(`${id}: ${failed} checks of its contract suite failed or have not run`);
  if (results.length === 0) fail(`${id}: its contract suite has not run`);
  return results.length === 0 ? ['not run', '', ''] : [passed, failed, results.length - passed - failed];
}

function coverageCells(id) {
  const found = coverage.find((each) => each.id === id);
  if (found === undefined || !found.registered) {
    fail(`${id}: there is no connector`);
    return ['no connector', '', '', '', '', ''];
  }
  const { properties, objectClasses, attributes, behaviours } = found;
  const tested = behaviours.filter(({ tests }) => tests.length > 0).length;
  const reasoned = behaviours.filter(({ tests, reason }) => tests.length === 0 && reason !== null).length;
  return [...[properties, objectClasses, attributes].map(({ have, of }) => `${have}/${of}`), tested, reasoned, behaviours.length - tested - reasoned];
}

/** The contracts, or – where none watched; requests checked, exempt for a reason, unchecked for want of the contract, refused. */
function vendorCells(id) {
  const own = counts.filter(({ service }) => service === id);
  if (own.length === 0) return ['–', '', '', '', ''];
  const contracts = [...new Set(own.map(({ contract }) => contract))];
  const unchecked = own.flatMap(({ unchecked: reasons }) => Object.entries(reasons));
  const isAbsent = ([reason]) => contracts.some((contract) => reason === `${contract} is not here`);
  const refused = sum(own.map((each) => each.refused + each.answersRefused));
  if (refused > 0) fail(`${id}: ${refused} requests or answers were refused by the vendor's contract`);
  const exempt = unchecked.filter((each) => !isAbsent(each)).map(([, number]) => number);
  return [contracts.join(', '), sum(own.map(({ checked }) => checked)), sum(exempt), sum(unchecked.filter(isAbsent).map(([, number]) => number)), refused];
}

console.log('== Contract suites, specification, vendors\' contracts');
row(['service', 'suite: passed', 'failed', 'without object', 'properties', 'classes', 'attributes', 'behaviours tested', 'reasoned', 'open', 'vendor\'s contract', 'requests checked', 'exempt', 'unchecked', 'refused']);
row(Array.from({ length: 15 }, () => '---'));
for (const id of SERVICES) row([id, ...contractCells(id), ...coverageCells(id), ...vendorCells(id)]);

console.log('\n== Lines of code');
await run(process.execPath, ['scripts/rest-lines.mjs']);

console.log('\n== Rate limits: what is used of what a strict server permits');
await run(process.execPath, ['scripts/limit-figures.mjs']).catch((error) => fail(error.message));

const reports = jsonIn(join(root, 'var'), /^test-.*\.json$/).flatMap(({ testResults }) => testResults);
for (const [title, file] of Object.entries(SHOWN_TESTS)) {
  console.log(`\n== ${title} (${file})`);
  const tests = reports.filter(({ name }) => name === join(root, file)).flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) console.log('not run');
  for (const { status, fullName, duration } of tests) {
    console.log(`${status}: ${fullName}${duration > 1_000 ? ` (${(duration / 1_000).toFixed(1)} s)` : ''}`);
    if (status !== 'passed') fail(`${fullName}: ${status}`);
  }
}
