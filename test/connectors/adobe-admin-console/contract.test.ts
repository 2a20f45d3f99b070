import adobe from '../../../connectors/catalog/adobe-admin-console/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { FakeAdobe } from './fake.js';
import { configuration } from './system.js';

const NEVER_READ = 'the description is all that can be changed, and Adobe never gives it; see groups.test.ts';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`adobe-admin-console: ${name}`, async () => {
    const fake = await FakeAdobe.start();
    fake.userPage = 4;
    const isUser = objectClass === ACCOUNT;
    const members = isUser ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    fake.groupPage = 4;
    return {
      connector: adobe,
      configuration: configuration(fake),
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
      behind: { name: 'a fake', real: false },
      exempt: isUser ? {} : { lifecycle: NEVER_READ, attributesToGet: NEVER_READ },
      outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
      openCursors: async () => fake.service.open,
      stop: async () => {
        const { complaints } = fake.service;
        await fake.service.stop();
        if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
