import { ACCOUNT, ENABLE, GROUP, NAME, PASSWORD } from '../../../protocol/model/index.js';
import { DIRECTORY, GOOGLE_THROTTLED, googleErrors, googleList } from '../../engines/google/directory.js';
import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { compoundUid } from '../../engines/rest/compound-uid.js';
import { defineRestConnector, httpAddress, textAt, type Written } from '../../engines/rest/index.js';
import { refuseDifferent, refuseTogether } from '../../engines/rest/same-field.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { complaints, config, httpOf } from './config.js';
import { groupFilters, unitFilters, userFilters } from './filters.js';
import { licenceAssignments, licences, licencesOf, unknownProducts } from './licences.js';
import { members } from './members.js';
import { FIELDS_IN, account, group, orgUnit, privilege, role, roleAssignment } from './schema.js';

const USERS = `${DIRECTORY}/users` as const;
const GROUPS = `${DIRECTORY}/groups` as const;
const CUSTOMER = `${DIRECTORY}/customer/my_customer` as const;

const created = <const P extends `/${string}`>(path: P) => ({ read: `GET ${path}/{uid}`, create: `POST ${path}`, delete: `DELETE ${path}/{uid}` } as const);
/** PUT would clear what is left out, but of users. */
const changed = <const P extends `/${string}`>(path: P) => ({ ...created(path), update: `PATCH ${path}/{uid}` } as const);

const names = { user: [NAME, 'primaryEmail'], password: [PASSWORD, 'password'], group: [NAME, 'email'], members: ['_MEMBERS_', '__MEMBERS__'], secondary: ['__SECONDARY_EMAIL__', '__SECONDARY_EMAILS__'] };
const userChecks = [refuseDifferent(names.user, names.password), refuseTogether(names.secondary)];
/** Fields of searches tell what the attribute they are in holds. */
const searched = Object.entries({ ...FIELDS_IN, emails: [...FIELDS_IN.emails, ...names.secondary] }).map(([name, fields]) => [name, ...fields]);

/** Google Workspace by the Directory API and the Enterprise License Manager API (https://developers.google.com/workspace/admin). */
export default defineRestConnector({
  id: 'google-apps',
  displayName: 'GoogleApps Connector',
  family: 'SaaS',
  key: documentedKey('googleapps-connector', 'googleapps.GoogleAppsConnector'),
  properties: config,
  complaints,
  attributeNaming: () => ({ same: [[...names.user, 'email'], names.password, [...names.members, 'userKey'], ...searched], mapped: [[ENABLE, 'suspended'], [ENABLE, 'archived']] }),
  service: {
    address: ({ directoryAddress }) => httpAddress('directoryAddress', directoryAddress),
    others: ({ licensingAddress }) => ({ licensing: httpAddress('licensingAddress', licensingAddress) }),
    // https://developers.google.com/identity/protocols/oauth2/web-server#offline
    authentication: ({ tokenEndpoint, clientId, clientSecret, refreshToken }, { client, over, clock }) => oauth2({
      client, over, clock, endpoint: httpAddress('tokenEndpoint', tokenEndpoint), grant: 'refresh_token', clientId, clientSecret, refreshToken, clientAuthentication: 'body',
    }),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: httpAddress('tokenEndpoint', tokenEndpoint) }),
    http: httpOf,
    limits: ({ clientId, domain }) => ({ identity: `${clientId} ${domain}` }),
    test: `GET ${USERS}?domain={domain}&maxResults=1`,
    throttled: GOOGLE_THROTTLED,
    errors: [...googleErrors('the Admin SDK API and the Enterprise License Manager API'), ...unknownProducts],
  },
  objectClasses: {
    [ACCOUNT]: {
      aliases: ['user'],
      attributes: account,
      filters: userFilters,
      list: ({ config: { usersMaxResults } }) => googleList(`GET ${USERS}?domain={domain}&projection=full`, 'users', usersMaxResults),
      ...created(USERS),
      read: `GET ${USERS}/{uid}?projection=full`,
      // Searches lag behind by up to a day and a half: https://developers.google.com/workspace/admin/directory/v1/guides/search-users
      readBy: names.user,
      check: (written: Written) => userChecks.forEach((check) => check(written)),
      complete: async (call, user, query) => (query.wants('licenses') ? { ...user, licenses: await licencesOf(call, textAt(user, 'primaryEmail') ?? '') } : user),
      // Keeps what is left out, and clears lists, which PATCH cannot: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/patch
      update: `PUT ${USERS}/{uid}`,
    },
    [GROUP]: {
      aliases: ['group'],
      attributes: group,
      filters: groupFilters,
      list: ({ config: { groupsMaxResults, domain } }) => ({ ...googleList(`GET ${GROUPS}`, 'groups', groupsMaxResults), query: { domain } }),
      readBy: names.group,
      check: refuseDifferent(names.group, names.members),
      ...changed(GROUPS),
    },
    Member: members,
    OrgUnit: {
      aliases: ['orgUnit'], attributes: orgUnit, uid: 'orgUnitId', filters: unitFilters, ...changed(`${CUSTOMER}/orgunits`),
      list: { request: `GET ${CUSTOMER}/orgunits?type=all`, items: 'organizationUnits', mayBeMissing: true },
    },
    LicenseAssignment: licenceAssignments,
    Role: {
      aliases: ['role'], attributes: role, uid: 'roleId', ...changed(`${CUSTOMER}/roles`),
      list: ({ config: { roleMaxResults } }) => googleList(`GET ${CUSTOMER}/roles`, 'items', roleMaxResults),
    },
    RoleAssignment: {
      aliases: ['roleassignment'], attributes: roleAssignment, uid: 'roleAssignmentId', ...created(`${CUSTOMER}/roleassignments`),
      list: ({ config: { roleAssignmentMaxResults } }) => googleList(`GET ${CUSTOMER}/roleassignments`, 'items', roleAssignmentMaxResults),
    },
    Privilege: {
      aliases: ['privilege'], attributes: privilege, uid: compoundUid('{serviceId}/{privilegeName}').uid,
      list: { request: `GET ${CUSTOMER}/roles/ALL/privileges`, items: 'items', mayBeMissing: true },
    },
    License: licences,
  },
});
