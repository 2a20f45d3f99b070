import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { PowerShellFixture, powershellWith } from './fixture.js';
import { STORE_SCRIPTS } from './store-scripts.js';

describeConnectorContract('powershell', async () => {
  const fixture = await PowerShellFixture.start();
  const down = join(fixture.directory, 'down');
  return {
    connector: powershellWith([fixture.directory]),
    configuration: {
      ...await fixture.configuration(STORE_SCRIPTS), Login: 'service', Password: new GuardedString('s3rv1ce-w0rd'),
      CustomProperties: new IcfArray('String', [`store=${join(fixture.directory, 'store.json')}`, `down=${down}`]),
    },
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`))],
    change: Attribute.of('mail', 'changed@example.com'),
    multiValued: { name: 'memberOf', values: ['admins', 'staff'] },
    filters: [
      { kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }, { kind: 'startsWith', attribute: new Name('user1') },
      { kind: 'not', operand: { kind: 'contains', attribute: Attribute.of('mail', 'm2') } },
    ],
    broken: { Password: new GuardedString('wr0ng-w0rd') },
    optional: ['mail'],
    freeText: ['mail'],
    secrets: ['pass-w0rd-', 's3rv1ce-w0rd', 'wr0ng-w0rd'],
    behind: { name: 'stand-in for PowerShell that runs scripts in JavaScript', real: false },
    outage: { begin: () => writeFile(down, ''), end: () => rm(down) },
    stop: () => fixture.stop(),
  };
});
