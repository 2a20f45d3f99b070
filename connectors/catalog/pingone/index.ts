import { ACCOUNT, ENABLE, GROUP, NAME } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { saasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { defineRestConnector } from '../../engines/rest/define-rest-connector.js';
import { httpAddress } from '../../engines/rest/http-configuration.js';
import { availableRoles, roles } from './available-roles.js';
import { config, validate } from './config.js';
import { environmentObjects } from './objects.js';
import { account, availableRole, group, population, role } from './schema.js';

/** https://docs.pingidentity.com/pingone/directory/p1_scim_filter_language.html; how texts compare is not said, so the facade looks again. */
const COMPARED = ['username', 'email', 'externalId', 'locale', 'mobilePhone', 'nickname', 'preferredLanguage', 'primaryPhone', 'timezone', 'title', 'type'];
const compared = (path: string) => ({ path, kinds: ['equals', 'startsWith'], literal: 'string' } as const);
/** https://developer.pingidentity.com/pingone-api/platform/reference/query-parameter-quick-reference.html */
const startOfName = { path: 'name', kinds: ['startsWith'], literal: 'string' } as const;
const nameOfGroup = { path: 'name', kinds: ['equals', 'startsWith'], literal: 'string' } as const;

/** PingOne's management API (https://apidocs.pingidentity.com/pingone/platform/v1/api/). */
export default defineRestConnector({
  id: 'pingone',
  displayName: 'PingOne Connector',
  family: 'SaaS',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.pingone-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.pingone.PingOneConnector',
  },
  properties: config,
  validate,
  attributeNaming: () => ({ same: [[ENABLE, 'enabled']], mapped: [] }),
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri),
    authentication: (given, { client, over }) => saasAuthentication(given, client, over),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: tokenEndpoint === null || tokenEndpoint.trim() === '' ? null : httpAddress('tokenEndpoint', tokenEndpoint) }),
    limits: (given) => ({ identity: given.clientId ?? given.login ?? '' }),
    test: 'GET /environments/{environmentId}/users?limit=1',
    errors: [on(400, { at: 'details[0].code', is: 'UNIQUENESS_VIOLATION' }).fail('alreadyExists')],
    messages: ['details[0].message'],
  },
  objectClasses: {
    [ACCOUNT]: environmentObjects('users', 'username', account, { ...Object.fromEntries(COMPARED.map((name) => [name, compared(name)])), [NAME]: compared('username') }),
    [GROUP]: environmentObjects('groups', 'name', group, { [NAME]: nameOfGroup, name: nameOfGroup }),
    __POPULATION__: environmentObjects('populations', 'name', population, { [NAME]: startOfName, name: startOfName }),
    __ROLE__: { attributes: role, list: roles, read: 'GET /roles/{uid}' },
    __AVAILABLE_ROLE__: {
      attributes: availableRole,
      list: { request: 'GET /roles', made: availableRoles },
      read: async (call, uid) => (await availableRoles(call)).find(({ id }) => id === uid),
    },
  },
});
