import { Attribute, GuardedString } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { SALESFORCE } from './system.js';

const WRONG = 'not-the-secret-of-salesforce';

// Users cannot be deleted, and the suite deletes; see behaviour.test.ts for them.
describeServiceContract(SALESFORCE, 'Contact', (fake) => {
  fake.batch = 4;
  return {
    objectClass: 'Contact',
    sample: (index) => [Attribute.of('LastName', `Last ${index}`), Attribute.of('Title', `title ${index % 3}`), Attribute.of('Department', `Dep ${index}`), Attribute.of('ExternalKey__c', `key ${index}`)],
    change: Attribute.of('Title', 'changed'),
    filters: [
      { kind: 'startsWith', attribute: Attribute.of('LastName', 'Last 1') }, { kind: 'contains', attribute: Attribute.of('Title', 'le 1') }, { kind: 'equals', attribute: Attribute.of('DoNotCall', false) },
      { kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('DoNotCall', true) } }, { kind: 'endsWith', attribute: Attribute.of('Department', '1') },
    ],
    filterAttributes: ['Title', 'Department'], optional: ['Department'], freeText: ['Title'],
    exempt: { lifecycle: 'The name of a record is its Id, which Salesforce gives; the same is tested in test/connectors/salesforce/behaviour.test.ts.' },
    broken: { clientSecret: new GuardedString(WRONG) },
    secrets: [fake.clientSecret, fake.refreshToken, WRONG],
  };
});
