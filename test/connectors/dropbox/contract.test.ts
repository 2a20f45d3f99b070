import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { DROPBOX } from './system.js';

for (const [name, objectClass] of [['members', ACCOUNT], ['groups', GROUP]] as const) {
  describeServiceContract(DROPBOX, name, (fake) => {
    const isMember = objectClass === ACCOUNT;
    return {
      objectClass,
      sample: (index) => (isMember
        ? [new Name(`person${index}@example.com`), Attribute.of('email', `person${index}@example.com`), Attribute.of('given_name', `First ${index % 3}`), Attribute.of('surname', `Last ${index}`)]
        : [new Name(`Group ${index}`), Attribute.of('group_name', `Group ${index}`), Attribute.of('group_external_id', `external ${index}`)]),
      change: isMember ? Attribute.of('email', 'changed@example.com') : Attribute.of('group_external_id', 'changed'),
      filters: [],
      filterAttributes: isMember ? ['email', 'given_name'] : ['group_name', 'group_external_id'],
      broken: { clientSecret: new GuardedString('not-the-secret-of-dropbox') },
      secrets: [fake.clientSecret, fake.refreshToken, 'not-the-secret-of-dropbox'],
    };
  });
}
