import { ACCOUNT, ENABLE, GROUP, NAME } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { checkAssignments } from './assignments.js';
import { availableRoles, roles } from './available-roles.js';
import { saas } from './config.js';
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
  key: documentedKey('pingone-connector', 'pingone.PingOneConnector'),
  ...saas,
  attributeNaming: () => ({ same: [[ENABLE, 'enabled']], mapped: [] }),
  service: {
    ...saas.service,
    test: 'GET /environments/{environmentId}/users?limit=1',
    errors: [on(400, { at: 'details[0].code', is: 'UNIQUENESS_VIOLATION' }).fail('alreadyExists')],
    messages: ['details[0].message'],
  },
  objectClasses: {
    [ACCOUNT]: { ...environmentObjects('users', 'username', account, { ...Object.fromEntries(COMPARED.map((name) => [name, compared(name)])), [NAME]: compared('username') }), check: checkAssignments },
    // A group without its population would leave it.
    [GROUP]: environmentObjects('groups', 'name', group, { [NAME]: nameOfGroup, name: nameOfGroup }, ['population']),
    __POPULATION__: environmentObjects('populations', 'name', population, { [NAME]: startOfName, name: startOfName }),
    __ROLE__: { attributes: role, list: roles, read: 'GET /roles/{uid}' },
    __AVAILABLE_ROLE__: { attributes: availableRole, list: { request: 'GET /roles', made: availableRoles }, read: 'list' },
  },
});
