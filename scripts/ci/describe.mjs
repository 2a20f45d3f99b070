/** `causeway connectors describe csv|ldap --json` says what the specification files say, property by property. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../run.mjs';

const cli = join(process.env.CAUSEWAY_DIST ?? join(root, 'dist'), 'deploy/cli/causeway.js');
const traits = ['type', 'default', 'confidential', 'required', 'group'];
/** Where the documentation leaves a cell empty the specification says null: not confidential; whether required, the Java bundle says (test/interop/configuration). */
const meant = (trait, value) => (value === null && trait === 'confidential' ? false : value);
const isSilent = (trait, value) => value === null && trait === 'required';
const problems = [];
for (const id of ['csv', 'ldap']) {
  const specification = JSON.parse(readFileSync(join(root, `../shared/systems/${id}.json`), 'utf8'));
  const printed = JSON.parse(execFileSync(process.execPath, [cli, 'connectors', 'describe', id, '--json'], { encoding: 'utf8' }));
  for (const key of ['interfaces', 'objectClasses', 'configurationProperties']) {
    if (!(key in printed)) problems.push(`${id}: ${key} is not printed`);
  }
  const wanted = specification.configurationProperties.map(({ name }) => name);
  const got = printed.configurationProperties.map(({ name }) => name);
  for (const name of wanted.filter((each) => !got.includes(each))) problems.push(`${id}: the property ${name} is missing`);
  for (const name of got.filter((each) => !wanted.includes(each))) problems.push(`${id}: the property ${name} is in no specification`);
  for (const property of specification.configurationProperties) {
    const ours = printed.configurationProperties.find(({ name }) => name === property.name);
    for (const trait of traits) {
      if (ours !== undefined && trait in property && !isSilent(trait, property[trait]) && !isDeepStrictEqual(ours[trait], meant(trait, property[trait]))) {
        problems.push(`${id}.${property.name}: ${trait} is ${JSON.stringify(ours[trait])}, the specification says ${JSON.stringify(property[trait])}`);
      }
    }
  }
  for (const name of specification.interfaces.filter((each) => !printed.interfaces.includes(each))) problems.push(`${id}: the interface ${name} is missing`);
  for (const name of printed.interfaces.filter((each) => !specification.interfaces.includes(each))) problems.push(`${id}: the interface ${name} is in no specification`);
  console.log(`${id}: ${got.length} configuration properties, interfaces ${printed.interfaces.join(', ')}`);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
