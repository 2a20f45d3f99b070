/**
 * `npm run new-connector -- example --rest`: a connector to a service over HTTP that works against a fake of its own, to be changed into the
 * real one: connectors/catalog/<id>, test/connectors/<id>, the line in the registry, a minimal specification and notes. `--native` makes
 * one that is written by hand, with its objects in memory. `--into DIR` writes into another copy of the repository.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { newConnectorFiles } from './new-connector-files.mjs';
import { root } from './run.mjs';

function give(message) {
  console.error(message);
  process.exit(1);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rest: { type: 'boolean' }, native: { type: 'boolean' }, into: { type: 'string' } } });
const [id, ...more] = positionals;
if (id === undefined || more.length > 0 || (values.rest === true) === (values.native === true)) give('Use: npm run new-connector -- <id> --rest | --native [--into DIR]');
if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id)) give(`'${id}' is no kebab-case name, such as my-service.`);

const into = values.into ?? root;
const registry = join(into, 'connectors/registry.ts');
const samples = join(into, 'docs/connectors/notes/samples.json');
const { files, sample } = newConnectorFiles(id, values.rest === true ? 'rest' : 'native');
const taken = [`connectors/catalog/${id}`, `test/connectors/${id}`, ...Object.keys(files)].find((path) => existsSync(join(into, path)));
const text = readFileSync(registry, 'utf8');
const line = `  ${id.includes('-') ? `'${id}'` : id}: () => import('./catalog/${id}/index.js'),`;
if (taken !== undefined || text.includes(`'./catalog/${id}/index.js'`)) give(`There is ${taken ?? `a connector ${id}`} already: choose another name.`);

for (const [path, content] of Object.entries(files)) {
  mkdirSync(dirname(join(into, path)), { recursive: true });
  writeFileSync(join(into, path), content);
  console.log(`written  ${path}`);
}
const lines = text.split('\n');
const idOf = (row) => /^ {2}'?([a-z0-9-]+)'?: \(\) => import\('\.\/catalog\//.exec(row)?.[1];
const before = lines.findIndex((row) => (idOf(row) ?? '') > id);
lines.splice(before === -1 ? lines.findLastIndex((row) => idOf(row) !== undefined) + 1 : before, 0, line);
writeFileSync(registry, lines.join('\n'));
const given = readFileSync(samples, 'utf8').trimEnd();
writeFileSync(samples, `${given.slice(0, -1).trimEnd()},\n  ${JSON.stringify(id)}: ${JSON.stringify(sample)}\n}\n`);
console.log(`changed  connectors/registry.ts, docs/connectors/notes/samples.json
Next: npx vitest run --project unit test/connectors/${id}; node scripts/reference-pages.mjs; docs/add-a-connector.md`);
