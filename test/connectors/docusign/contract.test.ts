import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import type { ContractTarget } from '../../contract/contract-target.js';
import { DOCUSIGN } from './system.js';

const CLOSED = 'users are closed and stay, which is documented; see accounts.test.ts';

type Subject = Pick<ContractTarget, 'objectClass' | 'sample' | 'change' | 'filterAttributes' | 'exempt' | 'filters'>;
const SUBJECTS: Readonly<Record<string, Subject>> = {
  users: {
    objectClass: ACCOUNT,
    sample: (index) => [new Name(`User ${index}`), Attribute.of('userName', `User ${index}`), Attribute.of('email', `user${index}@example.com`), Attribute.of('jobTitle', `title ${index % 3}`)],
    change: Attribute.of('jobTitle', 'changed'), filterAttributes: ['email', 'userName', 'jobTitle'], filters: [{ kind: 'startsWith', attribute: Attribute.of('email', 'user1') }],
    exempt: { unknownUid: CLOSED, lifecycle: CLOSED },
  },
  groups: {
    objectClass: GROUP, sample: (index) => [new Name(`Group ${index}`), Attribute.of('groupName', `Group ${index}`), Attribute.of('permissionProfileId', String(1597 + index % 3))],
    change: Attribute.of('groupName', 'changed'), filterAttributes: ['groupName'], filters: [],
  },
  signingGroups: {
    objectClass: 'signingGroup', sample: (index) => [new Name(`Signers ${index}`), Attribute.of('groupName', `Signers ${index}`), Attribute.of('groupEmail', `signers${index}@example.com`), Attribute.of('groupType', 'sharedSigningGroup')],
    change: Attribute.of('groupEmail', 'changed@example.com'), filters: [], filterAttributes: ['groupEmail'],
  },
  contacts: {
    objectClass: 'contact', sample: (index) => [new Name(`Contact ${index}`), Attribute.of('name', `Contact ${index}`), Attribute.of('organization', `company ${index % 3}`), new Attribute('emails', [`contact${index}@example.com`])],
    change: Attribute.of('organization', 'changed'), filters: [],
  },
};

for (const [name, subject] of Object.entries(SUBJECTS)) {
  describeServiceContract(DOCUSIGN, name, (fake) => {
    if (name === 'groups') fake.groups.clear();
    return {
      ...subject,
      broken: { clientSecret: new GuardedString('not-the-secret-of-docusign') }, secrets: [fake.clientSecret, 'not-the-secret-of-docusign'],
    };
  });
}
