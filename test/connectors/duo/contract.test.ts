import duo from '../../../connectors/catalog/duo/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { FakeDuo } from './fake.js';
import { configuration } from './system.js';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`duo: ${name}`, async () => {
    const fake = await FakeDuo.start();
    const isUser = objectClass === ACCOUNT;
    const groups = isUser ? ['first', 'second', 'third'].map((group) => fake.add('group', { name: group })) : [];
    return {
      connector: duo,
      configuration: configuration(fake),
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
      outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
      openCursors: async () => fake.service.open,
      unknownUid: isUser ? 'DU000000000000000000' : 'DG000000000000000000',
      stop: async () => {
        const { complaints } = fake.service;
        await fake.service.stop();
        if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
