/**
 * `node scripts/contract-table.mjs`: the table connector × check of the contract suite's last results (var/contract), with what
 * was behind each connector. `--run` runs the suites of every connector first. Fails when a check failed, when nothing says what
 * was behind a connector, or when a registered connector has no results.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root, run } from './run.mjs';

const { values } = parseArgs({ options: { run: { type: 'boolean', default: false } } });
const directory = process.env.CAUSEWAY_CONTRACT_RESULTS ?? join(root, 'var/contract');

/** Files that call the suite, or a function that calls it for several targets; FerretDB's once that is built. */
function suites() {
  const hasFerretDb = existsSync(join(root, 'var/ferretdb/ferretdb'));
  return readdirSync(join(root, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && (hasFerretDb || !name.startsWith('ferretdb')) && /\bdescribe\w*Contract\(/.test(readFileSync(join(root, 'test', name), 'utf8')))
    .map((name) => `test/${name}`);
}

if (values.run) {
  rmSync(directory, { recursive: true, force: true });
  await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '-t', 'keeps the connector contract', ...suites()]).catch((error) => console.error(error.message));
}

const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')).sort() : [];
const results = names.map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
const [checks, connectors] = await withTypeScript(async (load) => [Object.keys((await load('/test/contract/contract-checks.ts')).CHECKS), (await load('/connectors/registry.ts')).connectorIds]);

const FAILED = new Set(['failed', 'not said', undefined]);
const notes = [];
function mark(result, check) {
  const found = result.checks[check];
  if (found === 'passed') return 'passed';
  if (FAILED.has(found)) return found === undefined ? 'NOT RUN' : found.toUpperCase();
  if (!notes.includes(found)) notes.push(found);
  return `– (${notes.indexOf(found) + 1})`;
}
const row = (cells) => `| ${cells.join(' | ')} |`;
const behind = ({ target }) => (target === undefined ? 'NOT SAID' : `${target.name} (${target.real ? 'real' : 'stand-in'})`);
console.log(row(['connector', 'suite', 'target', ...checks]));
console.log(row(Array.from({ length: checks.length + 3 }, () => '---')));
for (const result of results) console.log(row([result.connector, result.suite, behind(result), ...checks.map((check) => mark(result, check))]));
notes.forEach((note, index) => console.log(`\n(${index + 1}) ${note}`));

const failed = results.flatMap((result) => checks.filter((check) => FAILED.has(result.checks[check])).map((check) => `${result.suite}: ${check}`));
const unsaid = results.filter(({ target }) => target === undefined).map(({ suite }) => `${suite}: its target`);
const absent = connectors.filter((id) => !results.some(({ connector }) => connector === id)).map((id) => `${id}: no suite has run`);
console.log(`\n${results.length} suites, ${results.length * checks.length - failed.length} checks passed or without object, ${failed.length} failed`);
for (const problem of [...failed, ...unsaid, ...absent]) console.error(problem);
if (failed.length + unsaid.length + absent.length > 0) process.exitCode = 1;
