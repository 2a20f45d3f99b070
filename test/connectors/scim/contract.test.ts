import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { PauseSkippingClock } from '../../support/pause-skipping-clock.js';
import { startScimServer } from '../../targets/scim-server.js';
import { SCIM_1 } from './system.js';

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
  describeConnectorContract(`scim: ${name} of 2.0`, async () => {
    const server = await startScimServer();
    return {
      connector: scim, ...samples,
      configuration: { SCIMEndpoint: server.address, SCIMVersion: 2, authenticationMethod: 'TOKEN', authToken: new GuardedString(server.token), readRateLimit: '900/sec', writeRateLimit: '900/sec' },
      broken: { authToken: new GuardedString(WRONG) },
      secrets: [server.token, WRONG],
      behind: { name: server.name, real: true },
      outage: { begin: () => server.pause(), end: () => server.resume() },
      openCursors: async () => server.open,
      clock: new PauseSkippingClock(),
      stop: () => server.stop(),
    };
  });

  describeServiceContract(SCIM_1, `${name} of 1.1`, (fake) => ({
    ...samples,
    configuration: { ...SCIM_1.configuration(fake), readRateLimit: '900/sec', writeRateLimit: '900/sec' },
    broken: { clientSecret: new GuardedString(WRONG) },
    secrets: [fake.clientSecret, WRONG],
  }));
}
