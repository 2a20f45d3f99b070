import { generateKeyPairSync } from 'node:crypto';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeServiceContract } from '../../contract/service-contract.js';
import { holdPrivateKey, secret } from '../../support/secret-values.js';
import { GCP, PRIVATE_KEY } from './fake.js';

const PASSWORD = secret('password of users at Google');
const OTHER_KEY = holdPrivateKey('key of nobody', generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey);

describeServiceContract(GCP, 'users', () => ({
  objectClass: ACCOUNT,
  sample: (index) => [
    new Name(`user${index}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(PASSWORD)), Attribute.of('givenName', `Given ${index}`), Attribute.of('familyName', `Family ${index % 3}`),
  ],
  change: Attribute.of('familyName', 'Changed'),
  filters: [],
  filterAttributes: ['givenName', 'familyName'],
  broken: { privateKey: new GuardedString(OTHER_KEY) },
  secrets: [PASSWORD, PRIVATE_KEY, OTHER_KEY],
}));
