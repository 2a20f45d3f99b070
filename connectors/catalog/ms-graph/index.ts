import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { defineRestConnector, READ_AND_WRITE_RATES } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { application, servicePrincipal } from './applications.js';
import { builtInActions } from './built-in-actions.js';
import { complaints, config, graphAddress, graphScope, tokenAddress } from './config.js';
import { group } from './groups.js';
import { servicePlan, subscribedSku } from './licences.js';
import { authenticate } from './login.js';
import { directoryRole, directoryRoleTemplate, roleAssignment, roleDefinition, scheduleClasses } from './roles.js';
import { team } from './teams.js';
import { user } from './users.js';

/** Users, groups, licences, roles, applications and teams of a Microsoft Entra tenant (https://learn.microsoft.com/en-us/graph/api/overview). */
export default defineRestConnector({
  id: 'ms-graph',
  displayName: 'MSGraphAPI Connector',
  family: 'SaaS',
  key: documentedKey('msgraphapi-connector', 'msgraphapi.MSGraphAPIConnector'),
  properties: config,
  complaints,
  attributeNaming: () => ({ same: [['__ENABLE__', 'accountEnabled'], ['__PASSWORD__', 'passwordProfile']], mapped: [] }),
  service: {
    address: graphAddress,
    authentication: (given, { client, over, clock }) => oauth2({
      client, over, clock, endpoint: tokenAddress(given), grant: 'client_credentials', clientId: given.clientId, clientSecret: given.clientSecret, scope: graphScope(given),
    }),
    credentialsTo: (given) => ({ loginUri: tokenAddress(given) }),
    rates: READ_AND_WRITE_RATES,
    limits: ({ tenant, clientId }) => ({ identity: `${tenant} ${clientId}` }),
    test: 'GET /users?$top=1&$select=id',
    // Codes are few, so that messages tell (https://learn.microsoft.com/en-us/graph/errors).
    errors: [
      on(400, { at: 'error.message', contains: 'already exist' }).fail('alreadyExists', { during: 'create' }),
      on(400, { at: 'error.message', contains: 'password complexity' }).fail('invalidPassword'),
      on(400, { at: 'error.message', contains: 'Invalid object identifier' }).fail('unknownUid'),
      // Of an old delta link, where other services answer 410.
      on([400, 404], { at: 'error.code', is: ['syncStateNotFound', 'resyncRequired'] }).fail('preconditionFailed', { during: 'sync' }),
    ],
  },
  objectClasses: {
    [ACCOUNT]: user, [GROUP]: group, servicePlan, subscribedSku, ...scheduleClasses, application, servicePrincipal, directoryRole, directoryRoleTemplate, roleDefinition, roleAssignment, team,
  },
  authenticate,
  ownScripts: builtInActions,
});
