import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { TEAMDYNAMIX } from './system.js';

describeServiceContract(TEAMDYNAMIX, 'people', (fake) => {
  const role = fake.addRole('Technician');
  const groups = ['first', 'second', 'third'].map((name) => fake.addGroup(name));
  return {
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`user${index}`), Attribute.of('FirstName', `First ${index % 3}`), Attribute.of('LastName', `Last ${index}`), Attribute.of('PrimaryEmail', `user${index}@example.com`), Attribute.of('Company', 'Example'),
      Attribute.of('TypeID', 1), Attribute.of('SecurityRoleID', role), Attribute.of('Title', `title ${index % 3}`),
    ],
    change: Attribute.of('Title', 'changed'),
    multiValued: { name: 'GroupIDs', values: groups },
    filters: [{ kind: 'startsWith', attribute: new Name('user1') }, { kind: 'equals', attribute: Attribute.of('FirstName', 'First 1') }],
    filterAttributes: ['FirstName', 'Title'],
    unknownUid: '00000000-0000-4000-8000-000000000000',
    broken: { webServicesKey: new GuardedString('not-the-key-of-teamdynamix') },
    secrets: [fake.webServicesKey, 'not-the-key-of-teamdynamix'],
    behind: { name: 'a fake with the published limits', real: false },
  };
});
