import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { saasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { defineRestConnector } from '../../engines/rest/define-rest-connector.js';
import { httpAddress } from '../../engines/rest/http-configuration.js';
import { pathPagePaging } from '../../engines/rest/paging/counted.js';
import { authenticationOf, config, GROUP_READ, limitsOf, USER_READ, validate, WRITE } from './config.js';
import { createGroup, deleteGroup, groupIdOf, groupList, readGroup, updateGroup } from './groups.js';
import { account, group } from './schema.js';
import { checkType, createUser, readUser, removeUser, updateUser, withGroupIds } from './users.js';

/** Users and groups of an organization at Adobe, by the User Management API (https://adobe-apiplatform.github.io/umapi-documentation/en/RefOverview.html). */
export default defineRestConnector({
  id: 'adobe-admin-console',
  displayName: 'Adobe Admin Console Connector',
  family: 'SaaS',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.adobe-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.adobe.AdobeConnector',
  },
  properties: config,
  validate,
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri),
    authentication: (given, { client, over }) => saasAuthentication(authenticationOf(given), client, over),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: tokenEndpoint === null ? null : httpAddress('tokenEndpoint', tokenEndpoint) }),
    // https://adobe-apiplatform.github.io/umapi-documentation/en/UM_Authentication.html
    headers: ({ clientId }) => new Map(clientId === null ? [] : [['x-api-key', clientId]]),
    limits: (given) => ({
      identity: given.clientId ?? given.login ?? '', fixed: limitsOf(given),
      kindOf: ({ method, url }) => (method === 'POST' ? WRITE : url.pathname.includes('/usermanagement/groups/') ? GROUP_READ : USER_READ),
    }),
    test: 'GET /usermanagement/users/{orgId}/0',
    errors: [
      on([400, 403, 404], { at: 'result', is: ['error.organization.invalid_id', 'error.organization.invalid'] }).fail('configuration', { advice: 'Check orgId.', outcome: 'notApplied' }),
      on([400, 401, 403], { at: 'result', is: 'error.apikey.invalid' }).fail('invalidCredential', { advice: 'Check clientId, which is the API key.', outcome: 'notApplied' }),
    ],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      uid: 'email',
      // Technical accounts are left out of pages, so that one may be short before the last.
      list: { request: 'GET /usermanagement/users/{orgId}/{page}', items: 'users', ownPages: true, pageSize: 2_000, paging: pathPagePaging({ variable: 'page', last: 'lastPage' }) },
      complete: withGroupIds,
      check: checkType,
      read: readUser, create: createUser, update: updateUser, delete: removeUser,
    },
    [GROUP]: {
      attributes: group,
      uid: groupIdOf,
      list: groupList,
      read: readGroup, create: createGroup, update: updateGroup, delete: deleteGroup,
    },
  },
});
