import webex from '../../../connectors/catalog/webex/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeWebex } from './fake.js';
import { configuration, TOKENS } from './system.js';

const number = (index: number): string => String(index).padStart(2, '0');

for (const [name, objectClass] of [['people', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`webex: ${name}`, async () => {
    const watch = await watchBy('webexAdmin', { service: 'webex', suite: name, exemptions: [TOKENS] });
    const fake = await FakeWebex.start([watch]);
    const isPerson = objectClass === ACCOUNT;
    const groups = isPerson ? ['first', 'second', 'third'].map((group) => fake.addGroup(group)) : [];
    return {
      connector: webex,
      configuration: configuration(fake),
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
      behind: { name: watch.isChecking ? 'a fake checked against Webex\' OpenAPI document' : 'a fake', real: false },
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
