/**
 * `node scripts/specification-coverage.mjs [id …]`: of each system's specification (test/specifications/systems), the
 * properties, object classes and attributes its connector has, and the behaviours that have a test. A test names a behaviour by
 * the tag `[<id> <n>]` in its title, n counted from 1 (`[ldap 3, 7-9]` names several), or by the statement itself as its title.
 * What has no test may have a reason in `test/specifications/untested/<id>.json`: `{ "<n>": "reason" }`.
 * `--missing` prints the statements that have neither, `--json` everything as data, `--check` fails when there are any, or reasons
 * against tests there are.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { json: { type: 'boolean' }, missing: { type: 'boolean' }, check: { type: 'boolean' } },
});
const systems = join(root, 'test/specifications/systems');
const ids = readdirSync(systems).map((name) => name.replace(/\.json$/, '')).filter((id) => positionals.length === 0 || positionals.includes(id)).sort();
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Every test file's text without its comments, in which a tag names no test, and with escaped quotes as they read. */
const tests = readdirSync(join(root, 'test'), { recursive: true }).filter((name) => name.endsWith('.ts')).map((name) => ({
  file: `test/${name}`,
  text: readFileSync(join(root, 'test', name), 'utf8').replace(/^\s*(\/\/.*|\/\*[^]*?\*\/)$/gm, '').replaceAll('\\\'', '\'').replaceAll('\\`', '`'),
}));

/** `3, 7-9` → 3, 7, 8, 9. */
function numbersOf(list) {
  return list.split(/[,\s]+/).filter((part) => part !== '').flatMap((part) => {
    const [from, to = from] = part.split(/[-–]/).map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** Behaviour number → files with a test of it; and tags that name no behaviour. */
function testedBehaviours({ id, behaviours }) {
  const tested = new Map();
  const wrong = [];
  const note = (number, file) => tested.set(number, [...new Set([...(tested.get(number) ?? []), file])]);
  const tag = new RegExp(`\\[${id} ([\\d,\\s–-]+)\\]`, 'g');
  for (const { file, text } of tests) {
    for (const [whole, list] of text.matchAll(tag)) {
      for (const number of numbersOf(list)) {
        if (number >= 1 && number <= behaviours.length) note(number, file);
        else wrong.push(`${file}: ${whole}`);
      }
    }
    if (text.includes(`connectors/catalog/${id}/`)) behaviours.forEach((statement, index) => { if (text.includes(`'${statement}'`)) note(index + 1, file); });
  }
  return { tested, wrong };
}

const attributesOf = ({ objectClasses }) => objectClasses.flatMap(({ attributes }) => attributes);

async function coverageOf(id, { loadConnector, specification }) {
  const specified = read(join(systems, `${id}.json`));
  const reasonsFile = join(root, 'test/specifications/untested', `${id}.json`);
  const reasons = existsSync(reasonsFile) ? read(reasonsFile) : {};
  const { tested, wrong } = testedBehaviours(specified);
  const behaviours = specified.behaviours.map((statement, index) => ({ number: index + 1, statement, tests: tested.get(index + 1) ?? [], reason: reasons[index + 1] ?? null }));
  const connector = await loadConnector(id);
  // With the rows that stand for several properties written out.
  const rows = connector === undefined ? specified.configurationProperties : (await specification.besideSpecification(id, connector.properties)).specified;
  const properties = new Set(rows.map(({ name }) => name));
  const missing = connector === undefined ? undefined : await specification.undescribed(connector);
  const classes = specified.objectClasses.length;
  const attributes = attributesOf(specified).length;
  const needless = behaviours.filter(({ tests: files, reason }) => files.length > 0 && reason !== null).map(({ number }) => number);
  return {
    id, registered: connector !== undefined, wrong, needless,
    properties: { of: properties.size, have: connector === undefined ? 0 : [...properties].filter((name) => connector.properties[name] !== undefined).length },
    objectClasses: { of: classes, have: missing === undefined ? 0 : classes - missing.filter((name) => !name.includes('.')).length },
    attributes: { of: attributes, have: missing === undefined ? 0 : attributes - missing.filter((name) => name.includes('.')).length },
    undescribed: missing ?? [], behaviours,
  };
}

const all = await withTypeScript(async (load) => {
  const { loadConnector } = await load('/connectors/registry.ts');
  const specification = await load('/test/contract/specification.ts');
  const found = [];
  for (const id of ids) found.push(await coverageOf(id, { loadConnector, specification }));
  return found;
});

const share = ({ have, of }) => (of === 0 ? '–' : `${have}/${of}${have === of ? '' : ' !'}`);
const row = (cells) => `| ${cells.join(' | ')} |`;
const open = ({ behaviours }) => behaviours.filter(({ tests: files, reason }) => files.length === 0 && reason === null);
if (values.json) console.log(JSON.stringify(all, null, 2));
else {
  console.log(row(['system', 'connector', 'properties', 'object classes', 'attributes', 'behaviours tested', 'with a reason', 'open']));
  console.log(row(Array.from({ length: 8 }, () => '---')));
  for (const system of all) {
    const tested = system.behaviours.filter(({ tests: files }) => files.length > 0).length;
    const reasoned = system.behaviours.filter(({ tests: files, reason }) => files.length === 0 && reason !== null).length;
    console.log(row([system.id, system.registered ? 'yes' : 'NO', share(system.properties), share(system.objectClasses), share(system.attributes), `${tested}/${system.behaviours.length}`, reasoned, open(system).length]));
  }
  const total = all.flatMap(({ behaviours }) => behaviours);
  const count = (of) => total.filter(of).length;
  console.log(`\n${total.length} behaviours: ${count(({ tests: files }) => files.length > 0)} with a test, ${count(({ tests: files, reason }) => files.length === 0 && reason !== null)} with a reason against one, ${all.flatMap(open).length} open`);
}
if (values.missing) {
  for (const system of all) {
    for (const name of system.undescribed) console.log(`${system.id}: ${name} is not described`);
    for (const { number, statement } of open(system)) console.log(`[${system.id} ${number}] ${statement}`);
  }
}
const problems = all.flatMap((system) => [
  ...system.wrong.map((tag) => `${tag} names no behaviour of ${system.id}`),
  ...(system.needless.length === 0 ? [] : [`${system.id} has reasons against tests of ${system.needless.join(', ')}, which have tests`]),
  ...(system.registered ? [] : [`${system.id} has no connector`]), ...(open(system).length > 0 ? [`${system.id} has ${open(system).length} behaviours without test or reason`] : []),
]);
if (values.check) {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
