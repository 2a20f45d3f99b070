/** The specification files the tests use are those that stand beside the checkout. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

const shared = join(root, '../shared');
const systems = readdirSync(join(root, 'test/specifications/systems'));
const copies = [
  ['test/specifications/openicf-protocol.fields.json', 'openicf-protocol.fields.json'],
  ...systems.map((name) => [`test/specifications/systems/${name}`, `systems/${name}`]),
];
let stale = 0;
for (const [copy, original] of copies) {
  const same = readFileSync(join(root, copy)).equals(readFileSync(join(shared, original)));
  if (!same) stale += 1;
  console.log(`${same ? 'current' : 'STALE  '} ${copy}`);
}
process.exitCode = stale === 0 ? 0 : 1;
