import docusign from '../../../connectors/catalog/docusign/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import type { ContractTarget } from '../../contract/contract-target.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeDocuSign } from './fake.js';
import { configuration } from './system.js';

const CLOSED = 'users are closed and stay, which is documented; see accounts.test.ts';
const EXEMPTIONS = (account: string) => [{ on: `GET /restapi/v2.1/accounts/${account}/contacts`, reason: 'the document has contacts by id only, though its answer has pages' }, { on: 'POST /oauth/token', reason: 'another service' }];

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
  describeConnectorContract(`docusign: ${name}`, async () => {
    const watch = await watchBy('docusignSignature21', { service: 'docusign', suite: name, exemptions: EXEMPTIONS('8a4f5c1e-0000-4000-8000-000000000001') });
    const docu = await FakeDocuSign.start([watch]);
    if (name === 'groups') docu.groups.clear();
    return {
      connector: docusign, configuration: configuration(docu), ...subject,
      broken: { clientSecret: new GuardedString('not-the-secret-of-docusign') }, secrets: [docu.clientSecret, 'not-the-secret-of-docusign'],
      behind: { name: watch.isChecking ? 'a fake checked against DocuSign\'s Swagger document' : 'a fake', real: false },
      outage: { begin: () => docu.service.pause(), end: () => docu.service.resume() },
      openCursors: async () => docu.service.open,
      stop: async () => {
        watch.keep();
        const { complaints } = docu.service;
        await docu.service.stop();
        if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
      },
    };
  });
}
