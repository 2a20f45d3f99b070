import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { startScimServer } from '../../targets/scim-server.js';
import { FakeScim } from './fake.js';
import { configuration } from './system.js';

const WRONG = 'not-the-credential-of-scim';

const users: Pick<ContractTarget, 'objectClass' | 'sample' | 'change' | 'filters' | 'filterAttributes' | 'optional' | 'freeText'> = {
  objectClass: ACCOUNT,
  sample: (index) => [new Name(`user${index}@example.com`), Attribute.of('displayName', `User ${index}`), Attribute.of('title', `title ${index % 3}`), Attribute.of('nickName', `70${index}`)],
  change: Attribute.of('title', 'changed'),
  filters: [{ kind: 'startsWith', attribute: Attribute.of('title', 'title 1') }, { kind: 'equals', attribute: new Name('user3@example.com') }, { kind: 'contains', attribute: Attribute.of('displayName', 'er 1') }],
  filterAttributes: ['title', 'nickName'],
  optional: ['nickName'],
  freeText: ['title'],
};
const groups: typeof users = {
  objectClass: GROUP,
  sample: (index) => [new Name(`Group ${index}`), Attribute.of('externalId', `external ${index}`)],
  change: Attribute.of('externalId', 'changed'),
  filters: [{ kind: 'startsWith', attribute: new Name('Group 1') }],
  filterAttributes: ['externalId'],
};

for (const [name, samples] of [['users', users], ['groups', groups]] as const) {
  describeConnectorContract(`scim 2.0: ${name}`, async () => {
    const server = await startScimServer();
    return {
      connector: scim, ...samples,
      configuration: { SCIMEndpoint: server.address, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString(server.token), readRateLimit: '900/sec', writeRateLimit: '900/sec' },
      broken: { authToken: new GuardedString(WRONG) },
      secrets: [server.token, WRONG],
      behind: { name: server.name, real: true },
      outage: { begin: () => server.pause(), end: () => server.resume() },
      openCursors: async () => server.open,
      stop: () => server.stop(),
    };
  });

  describeConnectorContract(`scim 1.1: ${name}`, async () => {
    const fake = await FakeScim.start({ version: 1 });
    return {
      connector: scim, ...samples,
      configuration: configuration(fake, { readRateLimit: '900/sec', writeRateLimit: '900/sec' }),
      broken: { clientSecret: new GuardedString(WRONG) },
      secrets: [fake.clientSecret, WRONG],
      behind: { name: 'a fake', real: false },
      outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
      openCursors: async () => fake.service.open,
      stop: async () => {
        const { complaints } = fake.service;
        await fake.service.stop();
        if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
