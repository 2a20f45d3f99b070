import scim from '../../../connectors/catalog/scim/index.js';
import { Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { PauseSkippingClock } from '../../support/pause-skipping-clock.js';
import { startScimServer } from '../../targets/scim-server.js';
import { SCIM_1, USERS, type Samples } from './system.js';

const WRONG = 'not-the-credential-of-scim';

const groups: Samples = {
  objectClass: GROUP,
  sample: (index) => [new Name(`Group ${index}`), Attribute.of('externalId', `external ${index}`)],
  change: Attribute.of('externalId', 'changed'),
  filters: [{ kind: 'startsWith', attribute: new Name('Group 1') }],
  filterAttributes: ['externalId'],
};

for (const [name, samples] of [['users', USERS], ['groups', groups]] as const) {
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
