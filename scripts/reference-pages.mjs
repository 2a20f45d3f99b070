/**
 * `node scripts/reference-pages.mjs`: writes docs/connectors/<id>.md for every registered connector, and their list, from the
 * definitions, docs/connectors/notes/<id>.md, notes/samples.json for the sample files, and notes/reaches.json for the list.
 * `--check` writes nothing and fails when a page is not what it would write. A page that was written by hand stays as it is and
 * is named: its text belongs into notes/.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withTypeScript } from './load-typescript.mjs';
import { indexPage, isGenerated, referencePage } from './reference-page.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const folder = join(root, 'docs/connectors');

const descriptions = await withTypeScript(async (load) => {
  const { allConnectors } = await load('/connectors/registry.ts');
  const { describeConnector } = await load('/connectors/framework/index.ts');
  return (await allConnectors()).map(describeConnector);
});

/** Without its title, which the page has already. */
function notesOf(id) {
  const path = join(folder, 'notes', `${id}.md`);
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/^# .*\n/, '') : undefined;
}

/** Configuration properties of the sample files, by connector. */
const samples = JSON.parse(readFileSync(join(folder, 'notes/samples.json'), 'utf8'));
const reaches = JSON.parse(readFileSync(join(folder, 'notes/reaches.json'), 'utf8'));

const pages = [...descriptions.map((description) => [`${description.id}.md`, referencePage(description, notesOf(description.id), samples[description.id])]), ['README.md', indexPage(descriptions, reaches)]];
mkdirSync(join(folder, 'notes'), { recursive: true });
let problems = 0;
for (const [name, text] of pages) {
  const path = join(folder, name);
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const byHand = present !== undefined && !isGenerated(present);
  const state = present === text ? 'current' : byHand ? 'BY HAND, move its text to notes/' : values.check ? 'STALE' : 'written';
  if (state === 'written') writeFileSync(path, text);
  if (state.startsWith('BY HAND') || state === 'STALE') problems += 1;
  console.log(`${state.padEnd(8)} docs/connectors/${name}`);
}
for (const { id } of descriptions.filter((description) => reaches[description.id] === undefined)) {
  problems += 1;
  console.log(`MISSING  a line for ${id} in docs/connectors/notes/reaches.json: what the connector reaches`);
}
process.exitCode = problems === 0 ? 0 : 1;
