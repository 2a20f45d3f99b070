import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector, type RestObjectClass } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import * as columns from './columns.js';
import { complaints, config, instanceAddress, type ServiceNowConfig } from './config.js';
import { columnsOf } from './dictionary.js';
import { tableClass } from './table-class.js';
import { userClass } from './user-class.js';

/** Object classes and their tables. */
const TABLES = {
  user: 'sys_user', role: 'sys_user_role', group: 'sys_user_group', userHasRole: 'sys_user_has_role', userHasGroup: 'sys_user_grmember', delegate: 'sys_user_delegate',
  company: 'core_company', department: 'cmn_department', costCenter: 'cmn_cost_center', location: 'cmn_location',
} as const;
type ClassName = keyof typeof TABLES;

function classOf(name: ClassName, attributes = columns[name]): RestObjectClass<ServiceNowConfig> {
  return name === 'user' ? userClass(attributes) : tableClass(TABLES[name], attributes);
}
const classesBy = <T>(make: (name: ClassName) => T): Readonly<Record<ClassName, T>> => Object.fromEntries((Object.keys(TABLES) as ClassName[]).map((name) => [name, make(name)])) as Record<ClassName, T>;
const tokenEndpoint = (given: ServiceNowConfig): URL => new URL('/oauth_token.do', instanceAddress(given));

/** Users, roles, groups and what surrounds them, by the Table API (https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html). */
export default defineRestConnector({
  id: 'servicenow',
  displayName: 'ServiceNow Connector',
  family: 'SaaS',
  key: documentedKey('servicenow-connector', 'servicenow.ServiceNowConnector'),
  properties: config,
  complaints,
  service: {
    address: (given) => new URL('/api/now', instanceAddress(given)),
    // https://www.servicenow.com/docs/r/yokohama/platform-security/authentication/r_OAuthAPIRequestParameters.html
    authentication: (given, { client, over, clock }) => oauth2({
      client, over, clock, endpoint: tokenEndpoint(given), grant: 'password', clientId: given.clientID, clientSecret: given.clientSecret, owner: { username: given.username, password: given.password },
    }),
    credentialsTo: (given) => ({ instance: tokenEndpoint(given) }),
    limits: ({ username }) => ({ identity: username }),
    test: 'GET /table/sys_user?sysparm_limit=1&sysparm_fields=sys_id',
    errors: [
      on([400, 403, 409], { at: 'error.detail', contains: 'unique key violation' }).fail('alreadyExists'),
      on([400, 403], { at: 'error.message', contains: 'unique key violation' }).fail('alreadyExists'),
      // A query that takes too long ends in the middle of a good answer.
      on(200, { at: 'error.message', contains: 'transaction cancelled' }).fail('operationTimeout', { advice: 'Lower pageSize, or ask for fewer records.' }),
      on(200, { at: 'error.message' }).fail('connector'),
    ],
    messages: ['error.detail'],
  },
  objectClasses: classesBy((name) => classOf(name)),
  discover: async (call) => {
    if (call.config.readSchema !== true) return {};
    const found = await Promise.all((Object.keys(TABLES) as ClassName[]).map(async (name) => [name, classOf(name, { ...await columnsOf(call, TABLES[name], columns[name]), ...columns[name] })] as const));
    return Object.fromEntries(found);
  },
  described: [{ name: '__ALL__', aliases: [], operations: [], attributes: [] }],
});
