import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import csv from '../../connectors/catalog/csv/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfFile, Name } from '../../protocol/model/index.js';
import { describeConnectorContract } from './connector-contract.js';

describeConnectorContract('csv', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-csv-contract-'));
  const path = join(directory, 'people.csv');
  await writeFile(path, 'uid,mail,team,password\n');
  return {
    connector: csv,
    configuration: { csvFile: new IcfFile(path) },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('team', index % 2 === 0 ? 'even' : 'odd'),
      Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`)),
    ],
    change: Attribute.of('mail', 'changed@example.com'),
    filters: [
      { kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') },
      { kind: 'startsWith', attribute: Attribute.of('mail', 'm2') },
      { kind: 'not', operand: { kind: 'contains', attribute: Attribute.of('team', 'dd') } },
      { kind: 'greaterThanOrEqual', attribute: Attribute.of('mail', 'm1@example.com') },
    ],
    broken: { csvFile: new IcfFile(join(directory, 'missing.csv')) },
    secrets: ['pass-w0rd-'],
    behind: { name: 'a file on the local disk', real: true },
    filterAttributes: ['mail', 'team'],
    optional: ['team'],
    freeText: ['mail', 'team'],
    // As when the share the file is on is not mounted.
    outage: { begin: () => rename(path, `${path}.away`), end: () => rename(`${path}.away`, path), testSays: 'configuration' },
    stop: () => rm(directory, { recursive: true, force: true }),
  };
});
