import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/contract-target.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { GRAPH } from './system.js';

type Sample = Pick<ContractTarget, 'objectClass' | 'sample' | 'change' | 'filters' | 'filterAttributes' | 'exempt'>;

const users: Sample = {
  objectClass: ACCOUNT,
  sample: (index) => [
    new Name(`user${index}@contoso.example`), Attribute.of('displayName', `User ${index}`), Attribute.of('mailNickname', `user${index}`), Attribute.of('accountEnabled', true), Attribute.of('__PASSWORD__', new GuardedString('MyPassw0rd')),
    Attribute.of('department', `department ${index % 3}`), Attribute.of('jobTitle', `title ${index}`),
  ],
  change: Attribute.of('jobTitle', 'changed'),
  filters: [{ kind: 'startsWith', attribute: Attribute.of('displayName', 'user 1') }, { kind: 'endsWith', attribute: new Name('1@contoso.example') }, { kind: 'presence', name: 'department' }],
  filterAttributes: ['department', 'jobTitle'],
};

const groups: Sample = {
  objectClass: GROUP,
  sample: (index) => [new Name(`Group ${index}`), Attribute.of('mailNickname', `group${index}`), Attribute.of('description', `description ${index % 3}`)],
  change: Attribute.of('description', 'changed'),
  filters: [{ kind: 'startsWith', attribute: new Name('Group 1') }],
};

const applications: Sample = {
  objectClass: 'application',
  sample: (index) => [new Name(`Application ${index}`), Attribute.of('description', `description ${index % 3}`), Attribute.of('notes', `note ${index}`)],
  change: Attribute.of('description', 'changed'),
  filters: [{ kind: 'equals', attribute: new Name('Application 1') }],
  exempt: { uniqueness: 'Several applications may have the same name.' },
};

for (const [name, sample] of Object.entries({ users, groups, applications })) {
  describeServiceContract(GRAPH, name, (fake) => {
    const multiValued = name === 'users' ? { multiValued: { name: 'memberOf', values: ['first', 'second', 'third'].map((displayName) => fake.add('groups', { displayName, mailNickname: displayName })) } } : {};
    return {
      ...sample, ...multiValued,
      broken: { clientSecret: new GuardedString('not-the-secret-of-graph') },
      secrets: [fake.clientSecret, 'not-the-secret-of-graph', 'MyPassw0rd'],
      unknownUid: '00000000-0000-4000-8000-000000000000',
    };
  });
}
