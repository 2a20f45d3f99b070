import dropbox from '../../../connectors/catalog/dropbox/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeDropbox } from './fake.js';
import { configuration, TOKENS } from './system.js';

for (const [name, objectClass] of [['members', ACCOUNT], ['groups', GROUP]] as const) {
  describeConnectorContract(`dropbox: ${name}`, async () => {
    const watch = await watchBy('dropbox', { service: 'dropbox', suite: name, exemptions: [TOKENS] });
    const fake = await FakeDropbox.start([watch]);
    const isMember = objectClass === ACCOUNT;
    return {
      connector: dropbox,
      configuration: configuration(fake),
      objectClass,
      sample: (index) => (isMember
        ? [new Name(`person${index}@example.com`), Attribute.of('email', `person${index}@example.com`), Attribute.of('given_name', `First ${index % 3}`), Attribute.of('surname', `Last ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('group_name', `Group ${index}`), Attribute.of('group_external_id', `external ${index}`)]),
      change: isMember ? Attribute.of('email', 'changed@example.com') : Attribute.of('group_external_id', 'changed'),
      filters: [],
      filterAttributes: isMember ? ['email', 'given_name'] : ['group_name', 'group_external_id'],
      broken: { clientSecret: new GuardedString('not-the-secret-of-dropbox') },
      secrets: [fake.clientSecret, fake.refreshToken, 'not-the-secret-of-dropbox'],
      behind: { name: watch.isChecking ? 'a fake checked against Dropbox\' Stone definitions' : 'a fake', real: false },
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
