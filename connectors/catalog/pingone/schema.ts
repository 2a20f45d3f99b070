import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, integer, isJsonObject, object, string, type Json, type RestAttribute } from '../../engines/rest/index.js';
import { enable, groupMemberships, linkedAccounts, roleAssignments } from './assignments.js';

const own = { unsent: 'always' } as const;
/** Times as the service writes them. */
const times = { createdAt: string(own), updatedAt: string(own) };
/** Only a create takes it. */
const fixed = { createOnly: true } as const;

/** What else stands beside the links of a membership is nobody's business. */
function withoutLinks(element: Json): Json {
  return isJsonObject(element) ? Object.fromEntries(Object.entries(element).filter(([name]) => !name.startsWith('_'))) : element;
}

const expanded = (notes: string, linked: NonNullable<RestAttribute['linked']>): RestAttribute => object({ multi: true, readOnly: true, onRequest: true, notes, linked: { list: linked.list, value: withoutLinks, leftOutIfNone: true } });

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#users */
export const account = attributes({
  [NAME]: string({ wire: 'username', notes: 'as username; create needs one of the two' }),
  username: string(), email: string({ notes: 'PingOne wants one' }), nickname: string(), primaryPhone: string(), mobilePhone: string(),
  name: object({ notes: 'formatted, given, middle, family, honorificPrefix, honorificSuffix' }),
  title: string(), type: string(), externalId: string(), locale: string(), preferredLanguage: string(), timezone: string(),
  address: object({ notes: 'streetAddress, locality, region, postalCode, countryCode' }), photo: object({ notes: 'href' }),
  enabled: boolean({ apart: { set: enable } }),
  mfaEnabled: boolean(fixed), identityProvider: object({ ...fixed, notes: 'type, id' }), population: object({ ...fixed, notes: 'id; the environment\'s own default if none is given' }),
  verifyStatus: string({ readOnly: true }), linkedAccounts: object({ multi: true, readOnly: true, onRequest: true, linked: linkedAccounts }),
  account: object(own), lifecycle: object(own), emailVerified: boolean(own), lastSignOn: object(own), ...times,
  __groupMemberships__: string({ multi: true, linked: groupMemberships, notes: 'ids of groups' }),
  __roleAssignments__: string({ multi: true, linked: roleAssignments, notes: 'scopeId:scopeType:roleId, the ids of __AVAILABLE_ROLE__' }),
  groupMemberships: expanded('name, id, type and environment of each group, also of those by nesting', groupMemberships),
  roleAssignments: expanded('id, role, scope and environment of each', roleAssignments),
});

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#groups */
export const group = attributes({
  [NAME]: string({ wire: 'name', notes: 'as name; create needs one of the two' }),
  name: string(), description: string(), externalId: string(), userFilter: string({ notes: 'SCIM filter of a dynamic group' }), customData: object(),
  population: object({ ...fixed, notes: 'id' }), displayName: string(own), directMemberCounts: object({ ...own, notes: 'users, groups' }), totalMemberCounts: object(own),
});

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#populations */
export const population = attributes({
  [NAME]: string({ wire: 'name', notes: 'as name; create needs one of the two' }),
  name: string(), description: string(), preferredLanguage: string(), alternativeIdentifiers: string({ multi: true }), passwordPolicy: object({ notes: 'id' }),
  default: string({ oneOf: ['true', 'false'], write: (values) => (values === null ? undefined : values[0] === 'true' || values[0] === true) }),
  environment: object(own), userCount: integer(own), ...times,
});

/** https://apidocs.pingidentity.com/pingone/platform/v1/api/#roles */
export const role = attributes({ [NAME]: string({ wire: 'name' }), name: string(), description: string(), applicableTo: string({ multi: true }), permissions: object({ multi: true, notes: 'id, classifier, description' }) });

export const availableRole = attributes({
  [NAME]: string({ wire: 'name' }), name: string({ notes: '<scopeType> - <scope>: <role>' }), role: object({ notes: 'id' }), scope: object({ notes: 'id, type' }), environment: object({ notes: 'id' }),
});

/** What PUT does not take besides: https://apidocs.pingidentity.com/pingone/platform/v1/api/#put-update-user-put; other attributes are kept by sending them. */
export const NOT_PUT = ['_links', '_embedded', 'id', 'environment', 'createdAt', 'updatedAt', 'linkedAccounts', 'memberOfGroupIDs', 'memberOfGroupNames', 'sourceId', 'sourceType', 'isExternal'];
