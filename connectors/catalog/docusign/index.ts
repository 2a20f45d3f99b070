import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { defineRestConnector, textAt, type ClassQuery, type ListEndpoint, type ObjectList, type RestAttributes } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { closeUser, createUser, setPaging, updateUser, userList } from './accounts.js';
import { errors, onlyOf } from './answers.js';
import { ANNOUNCED, saas } from './config.js';
import { groupList, profileWhereNamed, readGroup } from './groups.js';
import { account, contact, group, permissionProfile, signingGroup, userSignature } from './schema.js';
import { userFilters } from './user-filters.js';

const A = '/restapi/v2.1/accounts/{account}';

/** Lists leave an attribute out: an object is read for it where the caller names it, and not otherwise. */
const without = (left: string, attributes: RestAttributes, list: ListEndpoint) => (_: unknown, { options }: ClassQuery): ObjectList => ({
  ...list, ...(options.attributesToGet === undefined ? {} : { gives: Object.keys(attributes).filter((name) => name !== left) }),
});

/** Users, groups, signing groups, contacts and permission profiles (https://developers.docusign.com/docs/esign-rest-api/reference/). */
export default defineRestConnector({
  id: 'docusign',
  displayName: 'DocuSign Connector',
  key: documentedKey('docusign-connector', 'docusign.DocuSignConnector'),
  ...saas,
  service: {
    ...saas.service,
    limits: (given) => ({ ...saas.service.limits?.(given), server: ANNOUNCED }),
    test: `GET ${A}/permission_profiles`,
    errors,
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account, aliases: ['user'], uid: 'userId',
      list: (_, query) => userList(Object.keys(account), query),
      filters: userFilters,
      read: `GET ${A}/users/{uid}?additional_info=true`,
      create: createUser, update: updateUser, delete: closeUser,
    },
    [GROUP]: {
      attributes: group, aliases: ['group'], uid: 'groupId',
      list: groupList, complete: profileWhereNamed, read: readGroup,
      create: async (call, { object }) => onlyOf(await call.send(`POST ${A}/groups`, { json: { groups: [object] } }), 'groups', 'create'),
      update: async (call, { value }, { object }) => onlyOf(await call.send(`PUT ${A}/groups`, { uid: value, json: { groups: [{ ...object, groupId: value }] } }), 'groups', 'update'),
      delete: async (call, { value }) => { onlyOf(await call.send(`DELETE ${A}/groups`, { uid: value, json: { groups: [{ groupId: value }] } }), 'groups', 'delete'); },
    },
    signingGroup: {
      attributes: signingGroup, uid: 'signingGroupId',
      list: { request: `GET ${A}/signing_groups`, items: 'groups' },
      read: `GET ${A}/signing_groups/{uid}`,
      create: async (call, { object }) => onlyOf(await call.send(`POST ${A}/signing_groups`, { json: { groups: [object] } }), 'groups', 'create'),
      update: `PUT ${A}/signing_groups/{uid}`,
      delete: async (call, { value }) => { onlyOf(await call.send(`DELETE ${A}/signing_groups`, { uid: value, json: { groups: [{ signingGroupId: value }] } }), 'groups', 'delete'); },
    },
    contact: {
      attributes: contact, uid: 'contactId', item: 'contacts[0]',
      list: without('contactPhoneNumbers', contact, { request: `GET ${A}/contacts`, items: 'contacts', pageSize: 100, paging: setPaging }),
      read: `GET ${A}/contacts/{uid}`,
      create: async (call, { object }) => onlyOf(await call.send(`POST ${A}/contacts`, { json: { contacts: [object] } }), 'contacts', 'create'),
      update: async (call, { value }, { object }) => onlyOf(await call.send(`PUT ${A}/contacts`, { uid: value, json: { contacts: [{ ...object, contactId: value }] } }), 'contacts', 'update'),
      delete: `DELETE ${A}/contacts/{uid}`,
    },
    permissionProfile: {
      attributes: permissionProfile, uid: 'permissionProfileId',
      list: without('settings', permissionProfile, { request: `GET ${A}/permission_profiles`, items: 'permissionProfiles' }),
      read: `GET ${A}/permission_profiles/{uid}`,
    },
    // Java names the class and says nothing of it; it can be read by the user's id and its own, with a colon between them.
    userSignature: {
      attributes: userSignature,
      uid: (given) => /\/users\/([^/]+)\/signatures\/([^/]+)\//.exec(textAt(given, 'signatureImageUri') ?? textAt(given, 'initialsImageUri') ?? '')?.slice(1).join(':') ?? textAt(given, 'signatureId'),
      name: 'signatureName',
      variables: (uid) => ({ user: uid.split(':')[0] ?? '', signature: uid.split(':')[1] ?? '' }),
      read: `GET ${A}/users/{user}/signatures/{signature}`,
    },
  },
});
