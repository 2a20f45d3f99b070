/** Who may import whom (docs/architecture.md). Prints every import that crosses a boundary it must not cross. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './run.mjs';

/** Longest matching room wins. `*` stands for one folder name that must be the same on both sides. */
const rooms = [
  ['protocol/model', []],
  ['protocol/crest', ['protocol/model']],
  ['protocol/provisioner', ['protocol/model', 'protocol/crest']],
  ['protocol', ['protocol/model']],
  ['connectors/framework', ['protocol/model', 'deploy/runtime/sandbox']],
  ['connectors/engines', ['protocol/model', 'connectors/framework', 'deploy/runtime/sandbox']],
  ['connectors/catalog', ['protocol/model', 'connectors/framework', 'connectors/engines']],
  ['connectors', ['protocol/model', 'connectors/framework', 'connectors/engines', 'connectors/catalog']],
  ['deploy/runtime/sandbox', ['protocol/model']],
  ['deploy/runtime', ['protocol/model']],
  ['agent', ['protocol', 'protocol/model', 'protocol/crest', 'protocol/provisioner', 'connectors', 'connectors/framework', 'certs', 'deploy/runtime']],
  ['controller', ['protocol', 'protocol/model', 'protocol/crest', 'protocol/provisioner', 'certs', 'deploy/runtime', 'deploy/runtime/sandbox']],
  ['certs', []],
  ['deploy', ['agent', 'controller', 'certs', 'protocol', 'protocol/model', 'protocol/crest', 'protocol/provisioner', 'deploy/runtime']],
];
const roomOf = (path) => rooms.filter(([room]) => path === room || path.startsWith(`${room}/`)).sort((a, b) => b[0].length - a[0].length)[0];
const catalogEntry = (path) => /^connectors\/catalog\/([^/]+)\//.exec(path)?.[1];

const problems = [];
let checked = 0;
for (const top of new Set(rooms.map(([room]) => room.split('/')[0]))) {
  for (const name of readdirSync(join(root, top), { recursive: true })) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
    const file = join(top, name);
    const [room, allowed] = roomOf(file);
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, specifier] of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)) {
      checked += 1;
      const target = relative(root, resolve(root, dirname(file), specifier));
      const targetRoom = roomOf(target)?.[0];
      const foreignConnector = catalogEntry(file) !== undefined && catalogEntry(target) !== undefined && catalogEntry(file) !== catalogEntry(target);
      if (targetRoom === undefined || foreignConnector || (targetRoom !== room && !allowed.includes(targetRoom))) problems.push(`${file} imports ${target}`);
    }
  }
}
if (checked === 0) problems.push('no import was found at all: the check itself is broken');
for (const problem of problems) console.error(problem);
console.log(`${checked} imports checked, ${problems.length} across a boundary`);
process.exit(problems.length === 0 ? 0 : 1);
