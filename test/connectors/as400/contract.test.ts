import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import as400 from '../../../connectors/catalog/as400/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { FakeIbmI } from '../../targets/ibm-i.js';
import { startMapepire } from '../../targets/mapepire.js';
import { issueSelfSigned } from '../../targets/self-signed.js';

describeConnectorContract('as400', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-as400-contract-'));
  const tls = await issueSelfSigned(directory);
  const host = new FakeIbmI();
  host.unlisted.add('QSECADM');
  let server = await startMapepire(host, tls);
  const { port } = server;
  return {
    connector: as400,
    configuration: { hostName: 'localhost', port, userName: 'QSECADM', password: new GuardedString('SECRET1'), isSecure: false },
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`USER${index}`), Attribute.of('TEXT', `Person ${index % 3}`), Attribute.of('USRCLS', index % 2 === 0 ? '*PGMR' : '*USER'),
      Attribute.of('__PASSWORD__', new GuardedString(`Zq7x-secret-${index}`)),
    ],
    change: Attribute.of('TEXT', "changed: it's %"),
    multiValued: { name: 'SUPGRPPRF', values: ['GROUP1', 'GROUP2'] },
    filters: [
      { kind: 'equals', attribute: Attribute.of('USRCLS', '*PGMR') },
      { kind: 'startsWith', attribute: Attribute.of('__NAME__', 'USER1') },
      { kind: 'equals', attribute: Attribute.of('__NAME__', 'USER3') },
    ],
    filterAttributes: ['TEXT', 'USRCLS'],
    optional: ['TEXT'],
    freeText: ['TEXT'],
    broken: { password: new GuardedString('Zq7x-wrong') },
    secrets: ['Zq7x'],
    behind: { name: 'stand-in for IBM i behind the protocol of Mapepire', real: false },
    openCursors: () => Promise.resolve(server.seen.openCursors.size),
    outage: { begin: () => server.stop(), end: async () => { server = await startMapepire(host, tls, undefined, port); } },
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
