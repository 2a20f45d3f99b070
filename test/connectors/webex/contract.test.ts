import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { WEBEX } from './system.js';

const number = (index: number): string => String(index).padStart(2, '0');

for (const [name, objectClass] of [['people', ACCOUNT], ['groups', GROUP]] as const) {
  describeServiceContract(WEBEX, name, (fake) => {
    const isPerson = objectClass === ACCOUNT;
    const groups = isPerson ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    return {
      objectClass,
      sample: (index) => (isPerson
        ? [new Name(`First ${number(index)}`), Attribute.of('displayName', `Person ${number(index)}`), Attribute.of('emails', `person${index}@example.com`), Attribute.of('title', `title ${index % 3}`), Attribute.of('lastName', `Last ${index}`)]
        : [new Name(`Group ${number(index)}`), Attribute.of('displayName', `Group ${number(index)}`), Attribute.of('description', `description ${index % 3}`)]),
      change: isPerson ? Attribute.of('title', 'changed') : Attribute.of('description', 'changed'),
      ...(isPerson ? { multiValued: { name: 'groups', values: groups } } : {}),
      filters: [{ kind: 'startsWith', attribute: Attribute.of('displayName', isPerson ? 'Person 0' : 'Group 0') }, ...(isPerson ? [] : [{ kind: 'equals' as const, attribute: new Name('Group 01') }])],
      filterAttributes: isPerson ? ['displayName', 'title'] : ['displayName', 'description'],
      broken: { clientSecret: new GuardedString('not-the-secret-of-webex') },
      secrets: [fake.clientSecret, fake.refreshToken, 'not-the-secret-of-webex'],
    };
  });
}
