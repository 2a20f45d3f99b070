import { ACCOUNT, ENABLE, NAME } from '../../../protocol/model/index.js';
import { DIRECTORY, GOOGLE_THROTTLED, googleErrors, googleList } from '../../engines/google/directory.js';
import { jwtAssertion } from '../../engines/http/jwt-assertion.js';
import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { defineRestConnector, httpAddress } from '../../engines/rest/index.js';
import { refuseDifferent } from '../../engines/rest/same-field.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { complaints, config } from './config.js';
import { pemOf } from './private-key.js';
import { account } from './schema.js';

const SCOPE = 'https://www.googleapis.com/auth/admin.directory.user';
/** The most Google takes. */
const ASSERTION_SECONDS = 3_600;
const USERS = `${DIRECTORY}/users` as const;
const ADDRESS = [NAME, 'primaryEmail'];

/** Users of a Google domain (https://developers.google.com/workspace/admin/directory/reference/rest/v1/users). */
export default defineRestConnector({
  id: 'gcp',
  displayName: 'GCP Connector',
  family: 'SaaS',
  key: documentedKey('gcp-connector', 'gcp.GcpConnector'),
  properties: config,
  complaints,
  attributeNaming: () => ({ same: [ADDRESS], mapped: [[ENABLE, 'suspended']] }),
  service: {
    address: ({ serviceAddress }) => httpAddress('serviceAddress', serviceAddress),
    // A service account that acts for an administrator: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
    authentication: ({ tokenEndpoint, serviceAccount, adminUser, privateKey }, { client, over, clock }) => oauth2({
      client, over, clock, endpoint: httpAddress('tokenEndpoint', tokenEndpoint), grant: 'jwt_bearer', clientId: null, clientSecret: null,
      assertion: jwtAssertion({ issuer: serviceAccount.trim(), subject: adminUser.trim(), audience: tokenEndpoint.trim(), scope: SCOPE, privateKey: pemOf(privateKey), algorithm: 'RS256', lifetime: ASSERTION_SECONDS }),
    }),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: httpAddress('tokenEndpoint', tokenEndpoint) }),
    limits: ({ adminUser }) => ({ identity: adminUser }),
    test: `GET ${USERS}?domain={domainName}&maxResults=1`,
    throttled: GOOGLE_THROTTLED,
    errors: googleErrors('the Admin SDK API'),
  },
  objectClasses: {
    [ACCOUNT]: {
      aliases: ['user'],
      attributes: account,
      list: ({ config: { maxResults } }) => googleList(`GET ${USERS}?domain={domainName}`, 'users', maxResults),
      read: `GET ${USERS}/{uid}`,
      // Searches lag behind by up to a day and a half: https://developers.google.com/workspace/admin/directory/v1/guides/search-users
      readBy: ADDRESS,
      check: refuseDifferent(ADDRESS),
      create: `POST ${USERS}`,
      // Keeps what is left out, and clears lists, which PATCH cannot: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/patch
      update: `PUT ${USERS}/{uid}`,
      delete: `DELETE ${USERS}/{uid}`,
    },
  },
});
