import { Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { SERVICENOW } from './system.js';

for (const objectClass of ['user', 'group'] as const) {
  describeServiceContract(SERVICENOW, objectClass, (fake) => {
    const isUser = objectClass === 'user';
    const first = isUser ? Attribute.of('first_name', 'First') : Attribute.of('description', 'first');
    return {
      configuration: { ...SERVICENOW.configuration(fake), pageSize: 4 },
      objectClass,
      sample: (index) => (isUser
        ? [new Name(`user${index}@example.com`), Attribute.of('user_name', `user.${index}`), Attribute.of('last_name', `Last ${index % 3}`), Attribute.of('first_name', `First ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('description', `description ${index % 3}`)]),
      change: Attribute.of(first.name, 'changed'),
      filters: [
        { kind: 'equals', attribute: isUser ? Attribute.of('last_name', 'Last 1') : Attribute.of('description', 'description 1') },
        { kind: 'startsWith', attribute: new Name(isUser ? 'user1' : 'Group 1') }, { kind: 'contains', attribute: new Name('1') }, { kind: 'endsWith', attribute: Attribute.of(isUser ? 'user_name' : 'description', '1') },
      ],
      filterAttributes: isUser ? ['first_name', 'last_name', 'user_name'] : ['description'],
      optional: isUser ? ['last_name'] : ['description'],
      freeText: isUser ? ['first_name'] : ['description'],
      broken: { password: new GuardedString('not-the-password-of-servicenow') },
      secrets: [fake.clientSecret, fake.owner.password, 'not-the-password-of-servicenow'],
    };
  });
}
