import identityCenter from '../../../connectors/catalog/aws-iam-identity-center/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { PauseSkippingClock } from '../../support/pause-skipping-clock.js';
import { configuration, person, watchedFake } from './system.js';

for (const [name, objectClass] of [['users', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`aws-iam-identity-center: ${name}`, async () => {
    const { fake, isChecking, stop } = await watchedFake(name);
    const isUser = objectClass === ACCOUNT;
    return {
      connector: identityCenter,
      configuration: configuration(fake),
      objectClass,
      sample: (index) => (isUser
        ? person(`user${index}`, Attribute.of('title', `title ${index % 3}`), Attribute.of('nickName', `nick ${index}`))
        : [new Name(`Group ${index}`), Attribute.of('description', `description ${index % 3}`)]),
      change: isUser ? Attribute.of('title', 'changed') : Attribute.of('description', 'changed'),
      ...(isUser ? { multiValued: { name: '__GROUPS__', values: ['first', 'second', 'third'].map((group) => fake.addGroup(group)) } } : {}),
      filters: [{ kind: 'equals', attribute: new Name(isUser ? 'user1' : 'Group 1') }],
      filterAttributes: isUser ? ['title', 'nickName'] : ['description'],
      broken: { secretKey: new GuardedString('not-the-secret-of-aws') },
      secrets: [fake.secretKey, 'not-the-secret-of-aws'],
      behind: { name: isChecking ? 'a fake checked against AWS\'s own service models' : 'a fake', real: false },
      outage: {
        begin: async () => { await Promise.all([fake.store.pause(), fake.sts.pause()]); },
        end: async () => { await Promise.all([fake.store.resume(), fake.sts.resume()]); },
      },
      openCursors: async () => fake.store.open + fake.sts.open,
      clock: new PauseSkippingClock(),
      stop,
    };
  });
}
