import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { BOX } from './system.js';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeServiceContract(BOX, name, (fake) => {
    const isUser = objectClass === ACCOUNT;
    const members = isUser ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    return {
      objectClass,
      sample: (index) => (isUser
        ? [new Name(`User ${index}`), Attribute.of('login', `user${index}@example.com`), Attribute.of('job_title', `title ${index % 3}`), Attribute.of('phone', `+1 ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('description', `description ${index % 3}`), Attribute.of('provenance', `from ${index}`)]),
      change: isUser ? Attribute.of('job_title', 'changed') : Attribute.of('description', 'changed'),
      ...(isUser ? { multiValued: { name: 'groups', values: members } } : {}),
      filters: isUser ? [{ kind: 'startsWith', attribute: new Name('User 1') }] : [],
      filterAttributes: isUser ? ['login', 'job_title'] : ['description'],
      broken: { clientSecret: new GuardedString('not-the-secret-of-box') },
      secrets: [fake.clientSecret, 'not-the-secret-of-box'],
    };
  });
}
