import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import racf from '../../../connectors/catalog/racf/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { FakeRacf } from '../../targets/racf.js';
import { RSE_API } from '../../targets/rse-api.js';
import { issueSelfSigned } from '../../targets/self-signed.js';
import { startZosRest } from '../../targets/zos-rest.js';
import { ZOSMF } from '../../targets/zosmf.js';

describe.each([['RSE', RSE_API], ['ZOSMF', ZOSMF]] as const)('over %s', (restApi, api) => {
  describeConnectorContract(`racf over ${restApi}`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-racf-contract-'));
    const tls = await issueSelfSigned(directory);
    const host = new FakeRacf();
    host.unlisted.add('IBMUSER');
    let server = await startZosRest(api, host, tls);
    const { port } = server;
    return {
      connector: racf,
      configuration: { hostName: 'localhost', port, userId: 'IBMUSER', password: new GuardedString('SYS1'), segments: 'TSO', acceptSelfSignedCertificates: true, restApi },
      objectClass: ACCOUNT,
      sample: (index) => [
        new Name(`USER${index}`), Attribute.of('userId', `USER${index}`), Attribute.of('NAME', `PERSON ${index % 3}`), Attribute.of('TSO_PROC', index % 2 === 0 ? 'EVEN' : 'ODD'),
        Attribute.of('__PASSWORD__', new GuardedString(`Zq7x${index}`)),
      ],
      change: Attribute.of('NAME', 'CHANGED'),
      multiValued: { name: 'CLAUTH', values: ['TERMINAL', 'TAPEVOL'] },
      filters: [
        { kind: 'equals', attribute: Attribute.of('userId', 'USER3') },
        { kind: 'startsWith', attribute: Attribute.of('userId', 'USER1') },
        { kind: 'equals', attribute: Attribute.of('TSO_PROC', 'ODD') },
      ],
      filterAttributes: ['NAME', 'TSO_PROC', 'userId'],
      optional: ['TSO_PROC'],
      broken: { password: new GuardedString('Zq7xWRON') },
      secrets: ['Zq7x'],
      behind: { name: `stand-in for RACF behind the form of ${restApi === 'RSE' ? 'the RSE API' : 'z/OSMF'}`, real: false },
      outage: { begin: () => server.stop(), end: async () => { server = await startZosRest(api, host, tls, undefined, port); } },
      stop: async () => {
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });
});
