import salesforce from '../../../connectors/catalog/salesforce/index.js';
import { Attribute, GuardedString } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { FakeSalesforce } from './fake.js';
import { configuration } from './system.js';

// Users cannot be deleted, and the suite deletes; see behaviour.test.ts for them.
describeConnectorContract('salesforce: Contact', async () => {
  const fake = await FakeSalesforce.start();
  fake.batch = 4;
  return {
    connector: salesforce,
    configuration: configuration(fake),
    objectClass: 'Contact',
    sample: (index) => [Attribute.of('LastName', `Last ${index}`), Attribute.of('Title', `title ${index % 3}`), Attribute.of('Department', `Dep ${index}`), Attribute.of('ExternalKey__c', `key ${index}`)],
    change: Attribute.of('Title', 'changed'),
    filters: [
      { kind: 'startsWith', attribute: Attribute.of('LastName', 'Last 1') }, { kind: 'contains', attribute: Attribute.of('Title', 'le 1') }, { kind: 'equals', attribute: Attribute.of('DoNotCall', false) },
      { kind: 'not', operand: { kind: 'equals', attribute: Attribute.of('DoNotCall', true) } }, { kind: 'endsWith', attribute: Attribute.of('Department', '1') },
    ],
    filterAttributes: ['Title', 'Department'], optional: ['Department'], freeText: ['Title'],
    exempt: { lifecycle: 'The name of a record is its Id, which Salesforce gives; the same is tested in test/connectors/salesforce/behaviour.test.ts.' },
    broken: { clientSecret: new GuardedString('not-the-secret-of-salesforce') },
    secrets: [fake.clientSecret, fake.refreshToken, 'not-the-secret-of-salesforce'],
    behind: { name: 'a fake', real: false },
    outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
    openCursors: async () => fake.service.open,
    stop: async () => {
      const { complaints } = fake.service;
      await fake.service.stop();
      if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
    },
  };
});
