import { ConnectorError, NAME } from '../../../protocol/model/index.js';
import {
  attributes, isJsonObject, jsonValue, listed, object, refuse,
  string, textAt, type Json, type LinkedValues, type RestAttribute, type Written,
} from '../../engines/rest/index.js';
import { asCalled, asMembers, memberOf } from './letter-case.js';
import { identityStore, idOf, isId, storeOf } from './requests.js';

const GROUPS = '__GROUPS__';
/** Characters AWS takes of any text but a user name: API_User.html. */
const LONGEST = 1_024;

/** Objects in a list of the user's; one by itself is taken, too. */
const objects = (wire: string, notes: string): RestAttribute => object({
  wire, multi: true, notes, read: ({ [wire]: list = [] }) => asCalled(list), write: (values) => (values ?? []).map((value) => asMembers(jsonValue(value))),
});
const texts = (...names: readonly string[]): Record<string, RestAttribute> => Object.fromEntries(names.map((name) => [name, string({ wire: memberOf(name), longest: LONGEST })]));
const externalIds = object({ wire: 'ExternalIds', multi: true, unsent: 'always', read: ({ ExternalIds: list = [] }) => asCalled(list), notes: 'issuer and id, of the identity provider' });

/** https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListGroupMembershipsForMember.html and the two beside it */
const memberships: LinkedValues = {
  list: (call, uid) => listed(call, identityStore.list('ListGroupMembershipsForMember', 'GroupMemberships', (page) => ({ ...storeOf(call), MemberId: { UserId: idOf(uid) }, ...page }))),
  value: 'GroupId', link: 'MembershipId',
  add: async (call, uid, value) => {
    const group = textAt(value, '') ?? '';
    await carried(identityStore.send(call, 'CreateGroupMembership', { ...storeOf(call), GroupId: group, MemberId: { UserId: uid } }, { uid: group }), 'alreadyExists', group);
  },
  remove: async (call, _, __, link = '') => carried(identityStore.send(call, 'DeleteGroupMembership', { ...storeOf(call), MembershipId: link }, { uid: link }), 'unknownUid'),
};

/** Where things are as wanted already, all is well; a group that is not there is a wrong value, and no missing object. */
async function carried(request: Promise<Json>, fine: ConnectorError['kind'], group?: string): Promise<void> {
  await request.catch((error: unknown) => {
    const kind = error instanceof ConnectorError ? error.kind : undefined;
    if (kind === fine) return;
    throw kind === 'unknownUid' ? new ConnectorError('invalidAttributeValue', `${GROUPS}: there is no group '${group}'.`, { cause: error, outcome: 'notApplied' }) : error;
  });
}

/** https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html */
export const account = attributes({
  [NAME]: string({ wire: 'UserName', required: true, longest: 128, notes: 'user name' }),
  name: object({
    wire: 'Name', required: true, notes: 'givenName and familyName, both needed; middleName, honorificPrefix, honorificSufix, formatted',
    read: ({ Name: name = null }) => asCalled(name), write: (values) => asMembers(jsonValue(values?.[0] ?? null)),
  }),
  displayName: string({ wire: 'DisplayName', required: true, longest: LONGEST }),
  ...texts('userType', 'profileUrl', 'title', 'preferredLanguage', 'locale', 'nickName', 'timezone'),
  emails: objects('Emails', 'value, type, primary; AWS takes one'),
  phoneNumbers: objects('PhoneNumbers', 'value, type, primary; AWS takes one'),
  addresses: objects('Addresses', 'type, streetAddress, locality, region, postalCode, country, formatted, primary; AWS takes one'),
  externalIds,
  [GROUPS]: string({ multi: true, linked: memberships, notes: 'ids of groups' }),
});

/** What AWS would refuse only once the user is there, or in words of its own. */
export function checkAccount({ object: { Name: name }, attributes: given }: Written): void {
  if (name !== undefined && !(isJsonObject(name) && ['GivenName', 'FamilyName'].every((part) => part in name))) refuse('name takes an object with givenName and familyName.');
  for (const value of given.find((attribute) => attribute.is(GROUPS))?.values ?? []) {
    if (typeof value !== 'string' || !isId(value)) refuse(`${GROUPS} takes ids of groups${typeof value === 'string' ? `, which '${value.slice(0, 100)}' is none of` : ''}.`);
  }
}

/** https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_Group.html */
export const group = attributes({ [NAME]: string({ wire: 'DisplayName', required: true, longest: LONGEST, notes: 'display name' }), ...texts('description'), externalIds });
