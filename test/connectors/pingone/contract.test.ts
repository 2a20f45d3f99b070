import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/contract-target.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { PINGONE } from './system.js';

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
  describeServiceContract(PINGONE, name, (fake) => {
    fake.populations.clear();
    if (name !== 'populations') fake.populations.set('p', { id: 'p', name: 'Default', default: true });
    return {
      ...samples,
      ...(name === 'users' ? { multiValued: { name: '__groupMemberships__', values: ['first', 'second', 'third'].map((group) => fake.addGroup(group)) } } : {}),
      broken: { clientSecret: new GuardedString(WRONG) },
      secrets: [fake.clientSecret, WRONG],
    };
  });
}
