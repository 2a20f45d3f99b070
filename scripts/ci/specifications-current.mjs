/** The specification files the tests use are those that stand beside the checkout. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

const shared = join(root, '../shared');
const copies = [
  ['test/specifications/openicf-protocol.fields.json', 'openicf-protocol.fields.json'],
  ['test/specifications/systems/csv.json', 'systems/csv.json'],
  ['test/specifications/systems/ldap.json', 'systems/ldap.json'],
];
let stale = 0;
for (const [copy, original] of copies) {
  const same = readFileSync(join(root, copy)).equals(readFileSync(join(shared, original)));
  if (!same) stale += 1;
  console.log(`${same ? 'current' : 'STALE  '} ${copy}`);
}
process.exitCode = stale === 0 ? 0 : 1;
