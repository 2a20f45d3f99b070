import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { DUO } from './system.js';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeServiceContract(DUO, name, (fake) => {
    const isUser = objectClass === ACCOUNT;
    const groups = isUser ? ['first', 'second', 'third'].map((group) => fake.add('group', { name: group })) : [];
    return {
      objectClass,
      sample: (index) => (isUser
        ? [new Name(`user${index}`), Attribute.of('userType', 'user'), Attribute.of('email', `user${index}@example.com`), Attribute.of('realname', `User ${index % 3}`), Attribute.of('notes', `notes ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('desc', `description ${index % 3}`)]),
      change: isUser ? Attribute.of('realname', 'changed') : Attribute.of('desc', 'changed'),
      ...(isUser ? { multiValued: { name: '__GROUPS__', values: groups } } : {}),
      filters: isUser ? [{ kind: 'equals', attribute: new Name('user1') }, { kind: 'equals', attribute: Attribute.of('email', 'user2@example.com') }] : [],
      filterAttributes: isUser ? ['email', 'realname'] : ['desc'],
      broken: { secretKey: new GuardedString('not-the-secret-of-duo') },
      secrets: [fake.secretKey, 'not-the-secret-of-duo'],
      behind: { name: 'a fake written by Duo\'s documentation, which is no machine-readable contract', real: false },
      unknownUid: isUser ? 'DU000000000000000000' : 'DG000000000000000000',
    };
  });
}
