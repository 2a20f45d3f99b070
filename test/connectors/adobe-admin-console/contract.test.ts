import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { ADOBE } from './system.js';

const NEVER_READ = 'the description is all that can be changed, and Adobe never gives it; see groups.test.ts';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeServiceContract(ADOBE, name, (fake) => {
    fake.userPage = 4;
    const isUser = objectClass === ACCOUNT;
    const members = isUser ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    fake.groupPage = 4;
    return {
      objectClass,
      sample: (index) => (isUser
        ? [new Name(`user${index}@example.com`), Attribute.of('email', `user${index}@example.com`), Attribute.of('type', 'federatedID'), Attribute.of('firstname', `first ${index % 3}`), Attribute.of('lastname', `last ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('groupName', `Group ${index}`), Attribute.of('description', `description ${index}`)]),
      change: isUser ? Attribute.of('firstname', 'changed') : Attribute.of('description', 'changed'),
      ...(isUser ? { multiValued: { name: '__GROUPS__', values: members } } : {}),
      filters: [],
      filterAttributes: isUser ? ['firstname', 'lastname', 'email'] : [],
      broken: { clientSecret: new GuardedString('not-the-secret-of-adobe') },
      secrets: [fake.clientSecret, 'not-the-secret-of-adobe'],
      exempt: isUser ? {} : { lifecycle: NEVER_READ, attributesToGet: NEVER_READ },
    };
  });
}
