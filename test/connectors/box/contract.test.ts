import box from '../../../connectors/catalog/box/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeBox } from './fake.js';
import { configuration } from './system.js';

const EXEMPTIONS: readonly { readonly on: string; readonly reason: string }[] = [];

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`box: ${name}`, async () => {
    const watch = await watchBy('box', { service: 'box', suite: name, exemptions: EXEMPTIONS });
    const fake = await FakeBox.start([watch]);
    const isUser = objectClass === ACCOUNT;
    const members = isUser ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    return {
      connector: box,
      configuration: configuration(fake),
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
      behind: { name: watch.isChecking ? 'a fake checked against Box\'s OpenAPI document' : 'a fake', real: false },
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
