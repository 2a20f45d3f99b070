import { NAME, PASSWORD, type IcfValue } from '../../../protocol/model/index.js';
import { DIRECTORY, googleList } from '../../engines/google/directory.js';
import {
  attributes, boolean, isJsonObject, jsonValue, object, password,
  string, textAt, type Json, type JsonObject, type LinkedValues, type RestAttribute, type RestAttributes,
} from '../../engines/rest/index.js';
import { compoundUid } from '../../engines/rest/compound-uid.js';

const all = (attribute: RestAttribute, ...names: readonly string[]): RestAttributes => Object.fromEntries(names.map((name) => [name, attribute]));
/** Of a repeated field Google clears all with null: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/update */
const list = object({ multi: true, cleared: null });
/** Google's own: callers send it back as they read it. */
const own = { unsent: 'always' } as const;
const given = string(own);
const givenFlag = boolean(own);
const givenList = string({ ...own, multi: true });
const final = { etag: string({ readOnly: true }), kind: string({ readOnly: true, notes: 'such as admin#directory#user' }) };
const forFilters = (notes: string) => string({ readOnly: true, writeOnly: true, notes: `for filters: ${notes}` });

/** What Google searches users by besides name and orgUnitPath, by the attribute it is in: https://developers.google.com/workspace/admin/directory/v1/guides/search-users */
export const FIELDS_IN = {
  name: ['givenName', 'familyName'], emails: ['email'], ims: ['im'], externalIds: ['externalId'],
  addresses: ['address', 'addressPoBox', 'addressExtended', 'addressStreet', 'addressLocality', 'addressRegion', 'addressPostalCode', 'addressCountry'],
  organizations: ['orgName', 'orgTitle', 'orgDepartment', 'orgDescription', 'orgCostCenter'],
};
export const FIELDS_BY_PREFIX = ['email', 'givenName', 'familyName'];
export const FIELDS_BY_WORDS = Object.values(FIELDS_IN).flat().filter((name) => name !== 'address' && !FIELDS_BY_PREFIX.includes(name));

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/users.aliases. One that is there cannot be deleted here. */
const aliases: LinkedValues = {
  shown: true, list: { request: `GET ${DIRECTORY}/users/{uid}/aliases`, items: 'aliases', mayBeMissing: true }, value: 'alias',
  add: { request: `POST ${DIRECTORY}/users/{uid}/aliases`, json: (_, alias) => ({ alias }), done: [409] },
};

const listAt = (user: JsonObject, name: string): readonly Json[] => (Array.isArray(user[name]) ? user[name] as readonly Json[] : []);

/** Addresses that are neither the primary one nor an alias. */
function secondaryEmails(user: JsonObject): readonly Json[] {
  const others = new Set([undefined, user['primaryEmail'], ...listAt(user, 'aliases'), ...listAt(user, 'nonEditableAliases')]);
  return listAt(user, 'emails').filter(isJsonObject).filter(({ primary, address }) => primary !== true && !others.has(address)).map(({ address }) => address ?? null);
}

/** As Google takes them; an address alone is of the type other. */
function emailsOf(values: readonly IcfValue[] | null): Json {
  return (values ?? []).map((value) => (typeof value === 'string' ? { address: value, type: 'other' } : jsonValue(value)));
}

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/users#User */
export const account = attributes({
  [NAME]: string({ wire: 'primaryEmail', required: true, notes: 'primary address of the user' }),
  primaryEmail: string({ notes: 'the same as __NAME__' }),
  [PASSWORD]: password({ wire: 'password' }),
  password: password({ notes: 'the same as __PASSWORD__' }),
  hashFunction: string({ notes: 'of the password that is sent: MD5, SHA-1 or crypt' }),
  name: object({ notes: 'fullName, givenName, familyName' }),
  aliases: string({ multi: true, linked: aliases, notes: 'can be added, and deleted in Google\'s console only' }),
  nonEditableAliases: givenList,
  emails: object({ ...own, multi: true, notes: 'of primaryEmail, __SECONDARY_EMAILS__, aliases and nonEditableAliases' }),
  __SECONDARY_EMAILS__: string({ multi: true, wire: 'emails', read: secondaryEmails, write: emailsOf, notes: 'addresses that are neither the primary one nor an alias' }),
  __SECONDARY_EMAIL__: string({ wire: 'emails', read: (user) => secondaryEmails(user)[0], write: emailsOf, onRequest: true, notes: 'deprecated; not together with __SECONDARY_EMAILS__' }),
  ...all(list, 'addresses', 'externalIds', 'ims', 'languages', 'organizations', 'phones', 'relations'),
  customSchemas: object({ notes: 'custom fields' }),
  orgUnitPath: string({ notes: 'path of the organizational unit; / for the topmost' }),
  ...all(boolean(), 'archived', 'suspended', 'changePasswordAtNextLogin', 'includeInGlobalAddressList', 'ipWhitelisted'),
  recoveryEmail: string({ cleared: '' }), recoveryPhone: string({ cleared: '', notes: 'E.164, e.g. +16506661212' }),
  ...all(given, 'id', 'customerId', 'creationTime', 'deletionTime', 'lastLoginTime', 'suspensionReason', 'thumbnailPhotoUrl'),
  ...all(givenFlag, 'agreedToTerms', 'isAdmin', 'isDelegatedAdmin', 'isEnforcedIn2Sv', 'isEnrolledIn2Sv', 'isMailboxSetup'), ...final,
  licenses: string({ multi: true, readOnly: true, onRequest: true, notes: 'those of availableLicenses the user has, as ProductId/SkuId; a request each' }),
  ...all(forFilters('equals, contains, startsWith'), ...FIELDS_BY_PREFIX), ...all(forFilters('equals, contains'), ...FIELDS_BY_WORDS), address: forFilters('contains'),
});

/** Google gives no more at once: https://developers.google.com/workspace/admin/directory/reference/rest/v1/members/list */
export const MEMBERS_AT_ONCE = 200;
export const memberList = googleList(`GET ${DIRECTORY}/groups/{uid}/members`, 'members', MEMBERS_AT_ONCE);
const members: LinkedValues = {
  list: memberList, value: (member) => textAt(member, 'email') ?? textAt(member, 'id'),
  add: { request: `POST ${DIRECTORY}/groups/{uid}/members`, json: (_, member) => (typeof member === 'string' && member.includes('@') ? { email: member } : { id: member }), done: [409] },
  remove: { request: `DELETE ${DIRECTORY}/groups/{uid}/members/{link}`, done: [404] },
};

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups#Group */
export const group = attributes({
  [NAME]: string({ wire: 'email', required: true, notes: 'address of the group' }),
  email: string({ notes: 'the same as __NAME__' }),
  name: string(), description: string({ cleared: '' }), ...all(given, 'id', 'directMembersCount'), adminCreated: givenFlag, aliases: givenList, nonEditableAliases: givenList, ...final,
  ...all(string({ multi: true, onRequest: true, linked: members, notes: 'addresses of the members' }), '_MEMBERS_', '__MEMBERS__'), ...all(forFilters('equals'), 'customer', 'userKey'),
});

/** The members of a domain as a whole, who may be one, have no address. */
const memberKey = (wire: JsonObject): string | undefined => textAt(wire, 'email') ?? textAt(wire, 'id');
export const memberUid = (wire: JsonObject): string | undefined => compoundUid('{groupKey}/{memberKey}').uid({ ...wire, memberKey: memberKey(wire) ?? null });

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/members#Member */
export const member = attributes({
  [NAME]: string({ ...own, read: memberUid, notes: 'groupKey/email' }),
  groupKey: string({ required: true, createOnly: true, notes: 'address of the group' }),
  email: string({ createOnly: true, notes: 'a new member has this or an id' }),
  memberKey: string({ readOnly: true, read: memberKey, notes: 'email, or the id where there is none' }),
  id: string({ createOnly: true }),
  role: string({ oneOf: ['OWNER', 'MANAGER', 'MEMBER'] }), delivery_settings: string(), type: given, status: given, ...final,
});

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/orgunits#OrgUnit */
export const orgUnit = attributes({
  [NAME]: string({ wire: 'name', required: true }), parentOrgUnitPath: string({ required: true }), description: string({ cleared: '' }), blockInheritance: givenFlag,
  ...all(given, 'orgUnitPath', 'orgUnitId', 'parentOrgUnitId'), ...final,
});

export const assignmentUid = compoundUid('{productId}/sku/{skuId}/user/{userId}');

/** https://developers.google.com/workspace/admin/licensing/reference/rest/v1/licenseAssignments#LicenseAssignment */
export const licenceAssignment = attributes({
  [NAME]: string({ ...own, read: assignmentUid.uid, notes: 'productId/sku/skuId/user/primaryEmail' }),
  productId: string({ required: true, createOnly: true }), skuId: string({ required: true, notes: 'another SKU of the same product may be given instead' }), primaryEmail: string({ wire: 'userId', required: true, createOnly: true }),
  ...all(given, 'productName', 'skuName', 'selfLink', 'kind'),
});

export const licence = attributes({ [NAME]: string({ wire: 'skuName', readOnly: true }), ...all(given, 'productId', 'productName', 'skuId', 'skuName') });

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/roles#Role */
export const role = attributes({
  [NAME]: string({ ...own, wire: 'roleId' }), roleId: given, roleName: string({ required: true }), roleDescription: string({ cleared: '' }),
  rolePrivileges: object({ multi: true, required: true, notes: 'serviceId, privilegeName' }), ...all(givenFlag, 'isSystemRole', 'isSuperAdminRole'), ...final,
});

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/roleAssignments#RoleAssignment */
export const roleAssignment = attributes({
  [NAME]: string({ ...own, wire: 'roleAssignmentId' }), roleAssignmentId: given, ...all(string({ required: true, createOnly: true }), 'roleId', 'assignedTo'),
  scopeType: string({ required: true, createOnly: true, oneOf: ['CUSTOMER', 'ORG_UNIT'] }), orgUnitId: string({ createOnly: true, notes: 'with ORG_UNIT' }), assigneeType: given, ...final,
});

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/privileges#Privilege */
export const privilege = attributes({ ...all(string(), 'serviceId', 'serviceName', 'privilegeName', 'etag', 'kind'), isOuScopable: boolean(), childPrivileges: object({ multi: true }) });
