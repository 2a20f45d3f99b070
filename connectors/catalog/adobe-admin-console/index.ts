import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { pathPagePaging } from '../../engines/rest/paging/counted.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { saas } from './config.js';
import { createGroup, deleteGroup, groupIdOf, groupList, updateGroup } from './groups.js';
import { account, group } from './schema.js';
import { READ_USER, checkType, createUser, removeUser, updateUser } from './users.js';

/** Users and groups of an organization at Adobe, by the User Management API (https://adobe-apiplatform.github.io/umapi-documentation/en/RefOverview.html). */
export default defineRestConnector({
  id: 'adobe-admin-console',
  displayName: 'Adobe Admin Console Connector',
  key: documentedKey('adobe-connector', 'adobe.AdobeConnector'),
  ...saas,
  service: {
    ...saas.service,
    // https://adobe-apiplatform.github.io/umapi-documentation/en/UM_Authentication.html
    headers: ({ clientId }) => new Map(clientId === null ? [] : [['x-api-key', clientId]]),
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
      check: checkType,
      read: READ_USER, item: 'user', create: createUser, update: updateUser, delete: removeUser,
    },
    [GROUP]: {
      attributes: group,
      uid: groupIdOf,
      list: groupList,
      read: 'list', create: createGroup, update: updateGroup, delete: deleteGroup,
    },
  },
});
