import { generateKeyPairSync } from 'node:crypto';
import gcp from '../../../connectors/catalog/gcp/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { holdPrivateKey, secret } from '../../support/secret-values.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeGoogle, NOT_OF_THE_DIRECTORY, PRIVATE_KEY, configuration } from './fake.js';

const PASSWORD = secret('password of users at Google');
const OTHER_KEY = holdPrivateKey('key of nobody', generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey);

describeConnectorContract('gcp: users', async () => {
  const watch = await watchBy('googleDirectory', { service: 'gcp', suite: 'users', exemptions: NOT_OF_THE_DIRECTORY });
  const google = await FakeGoogle.start([watch]);
  return {
    connector: gcp,
    configuration: configuration(google),
    objectClass: ACCOUNT,
    sample: (index) => [
      new Name(`user${index}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(PASSWORD)), Attribute.of('givenName', `Given ${index}`), Attribute.of('familyName', `Family ${index % 3}`),
    ],
    change: Attribute.of('familyName', 'Changed'),
    filters: [],
    filterAttributes: ['givenName', 'familyName'],
    broken: { privateKey: new GuardedString(OTHER_KEY) },
    secrets: [PASSWORD, PRIVATE_KEY, OTHER_KEY],
    behind: { name: watch.isChecking ? 'a fake checked against Google\'s discovery document' : 'a fake', real: false },
    outage: { begin: () => google.service.pause(), end: () => google.service.resume() },
    openCursors: async () => google.service.open,
    stop: async () => {
      watch.keep();
      const { complaints } = google.service;
      await google.service.stop();
      if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
    },
  };
});
