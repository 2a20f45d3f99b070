import pingone from '../../../connectors/catalog/pingone/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract, type ContractTarget } from '../../contract/connector-contract.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakePingOne } from './fake.js';
import { EXEMPTIONS, configuration } from './system.js';

const WRONG = 'not-the-secret-of-pingone';
type Samples = Pick<ContractTarget, 'objectClass' | 'sample' | 'change' | 'filters' | 'filterAttributes'>;

const described = (objectClass: string): Samples => ({
  objectClass,
  sample: (index) => [new Name(`Name ${index}`), Attribute.of('description', `description ${index % 3}`)],
  change: Attribute.of('description', 'changed'),
  filters: [{ kind: 'startsWith', attribute: new Name('Name 1') }],
  filterAttributes: ['description'],
});
const users: Samples = {
  objectClass: ACCOUNT,
  sample: (index) => [new Name(`user${index}`), Attribute.of('email', `user${index}@example.com`), Attribute.of('nickname', `nick ${index % 3}`)],
  change: Attribute.of('nickname', 'changed'),
  filters: [{ kind: 'equals', attribute: new Name('user3') }, { kind: 'startsWith', attribute: Attribute.of('email', 'user1') }],
  filterAttributes: ['email', 'nickname'],
};

for (const [name, samples] of [['users', users], ['groups', described(GROUP)], ['populations', described('__POPULATION__')]] as const) {
  describeConnectorContract(`pingone: ${name}`, async () => {
    const watch = await watchBy('pingone', { service: 'pingone', suite: name, exemptions: EXEMPTIONS });
    const fake = await FakePingOne.start([watch]);
    fake.populations.clear();
    if (name !== 'populations') fake.populations.set('p', { id: 'p', name: 'Default', default: true });
    return {
      connector: pingone, ...samples, configuration: configuration(fake),
      ...(name === 'users' ? { multiValued: { name: '__groupMemberships__', values: ['first', 'second', 'third'].map((group) => fake.addGroup(group)) } } : {}),
      broken: { clientSecret: new GuardedString(WRONG) },
      secrets: [fake.clientSecret, WRONG],
      behind: { name: watch.isChecking ? 'a fake checked against PingOne\'s OpenAPI document' : 'a fake', real: false },
      outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
      openCursors: async () => fake.service.open,
      stop: async () => {
        watch.keep();
        const { complaints } = fake.service;
        await fake.service.stop();
        if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
