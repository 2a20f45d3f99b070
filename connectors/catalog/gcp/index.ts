import { ACCOUNT, ConnectorError, ENABLE, NAME, attributeKey } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { jwtAssertion } from '../../engines/http/jwt-assertion.js';
import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { defineRestConnector } from '../../engines/rest/define-rest-connector.js';
import type { Written } from '../../engines/rest/definition.js';
import { httpAddress } from '../../engines/rest/http-configuration.js';
import { markerPaging } from '../../engines/rest/paging/given-next.js';
import { config, validate } from './config.js';
import { pemOf } from './private-key.js';
import { account } from './schema.js';

const SCOPE = 'https://www.googleapis.com/auth/admin.directory.user';
/** Google's own claim `exp` may be an hour off at most. */
const ASSERTION_SECONDS = 3_600;

/** Two names for one field: which of two addresses is meant nobody could tell. */
function refuseTwoAddresses({ attributes }: Written): void {
  const [name, address] = [NAME, 'primaryEmail'].map((wanted) => attributes.find((one) => attributeKey(one.name) === attributeKey(wanted))?.values?.[0]);
  if (typeof name !== 'string' || typeof address !== 'string' || name === address) return;
  throw new ConnectorError('invalidAttributeValue', `__NAME__ is '${name}' and primaryEmail '${address}': both are the primary address of the user. Give one of them.`, { outcome: 'notApplied' });
}

/** Users of a Google domain (https://developers.google.com/workspace/admin/directory/reference/rest/v1/users). */
export default defineRestConnector({
  id: 'gcp',
  displayName: 'GCP Connector',
  family: 'SaaS',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.gcp-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.gcp.GcpConnector',
  },
  properties: config,
  validate,
  attributeNaming: () => ({ same: [[NAME, 'primaryEmail']], mapped: [[ENABLE, 'suspended']] }),
  service: {
    address: ({ serviceAddress }) => httpAddress('serviceAddress', serviceAddress),
    // A service account that acts for an administrator: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
    authentication: ({ tokenEndpoint, serviceAccount, adminUser, privateKey }, { client, over, clock }) => oauth2({
      client, over, clock, endpoint: httpAddress('tokenEndpoint', tokenEndpoint), grant: 'jwt_bearer', clientId: null, clientSecret: null,
      assertion: jwtAssertion({ issuer: serviceAccount.trim(), subject: adminUser.trim(), audience: tokenEndpoint.trim(), scope: SCOPE, privateKey: pemOf(privateKey), algorithm: 'RS256', lifetime: ASSERTION_SECONDS }),
    }),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: httpAddress('tokenEndpoint', tokenEndpoint) }),
    limits: ({ adminUser }) => ({ identity: adminUser }),
    test: 'GET /admin/directory/v1/users?domain={domainName}&maxResults=1',
    // https://developers.google.com/workspace/admin/directory/v1/limits
    throttled: [on(403, { at: 'error.errors[0].reason', is: ['quotaExceeded', 'rateLimitExceeded', 'userRateLimitExceeded'] }).fail('retryable')],
    errors: [on(409).fail('alreadyExists', { advice: 'The address belongs to another user, alias or group.' })],
  },
  objectClasses: {
    [ACCOUNT]: {
      aliases: ['user'],
      attributes: account,
      list: ({ config: { maxResults } }) => ({
        request: 'GET /admin/directory/v1/users?domain={domainName}', items: 'users', mayBeMissing: true, pageSize: { default: maxResults, max: maxResults },
        paging: markerPaging({ send: 'pageToken', next: 'nextPageToken', size: 'maxResults' }),
      }),
      read: 'GET /admin/directory/v1/users/{uid}',
      // Searches lag behind by up to a day and a half: https://developers.google.com/workspace/admin/directory/v1/guides/search-users
      readBy: [NAME, 'primaryEmail'],
      check: refuseTwoAddresses,
      create: 'POST /admin/directory/v1/users',
      // PUT keeps what is left out, and clears lists, which PATCH cannot.
      update: 'PUT /admin/directory/v1/users/{uid}',
      delete: 'DELETE /admin/directory/v1/users/{uid}',
    },
  },
});
