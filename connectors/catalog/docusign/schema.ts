import { NAME } from '../../../protocol/model/index.js';
import { attributes, elementsAt, jsonValue, object, objectsAt, password, refuse, string, textAt, valueAt } from '../../engines/rest/index.js';
import { groupsOfUser } from './accounts.js';
import { SHOWN_PROFILE } from './groups.js';
import { STATUSES } from './user-filters.js';

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/users/get/; flags and numbers are texts there, too. */
export const account = attributes({
  [NAME]: string({ wire: 'userName' }),
  userId: string({ unsent: 'always' }),
  userName: string({ required: true, notes: 'of a new user its first three words become the names' }),
  email: string({ required: true, createOnly: true }),
  firstName: string(), middleName: string(), lastName: string(),
  password: password(),
  forgottenPasswordInfo: object({ writeOnly: true, notes: 'forgottenPasswordQuestion1, forgottenPasswordAnswer1 and so on' }),
  permissionProfileId: string(), permissionProfileName: string(),
  createdDateTime: string({ unsent: 'always' }),
  groupList: object({ multi: true, apart: groupsOfUser, read: (user) => objectsAt(user, 'groupList'), notes: 'groupId, groupName and groupType; groupId is enough in a change' }),
  __GROUP__: string({
    multi: true, wire: 'groupList', apart: groupsOfUser, notes: 'the ids of groupList',
    read: (user) => elementsAt(user, 'groupList').flatMap((group) => textAt(group, 'groupId') ?? []), write: (values) => (values ?? []).map((groupId) => ({ groupId: jsonValue(groupId) })),
  }),
  sendActivationOnInvalidLogin: string(), isAdmin: string(), jobTitle: string(),
  uri: string({ unsent: 'always' }),
  enableConnectForUser: string(),
  userStatus: string({ oneOf: STATUSES }),
  userType: string(),
  workAddress: object(),
  signatureImageUri: string({ unsent: 'always' }), initialsImageUri: string({ unsent: 'always' }),
  userSettings: object(),
});

export const group = attributes({
  [NAME]: string({ wire: 'groupName' }),
  groupId: string({ unsent: 'always' }),
  groupName: string(),
  groupType: string({ unsent: 'always' }),
  permissionProfileId: string({ read: (given) => given[SHOWN_PROFILE], notes: 'not in searches, unless asked for by name' }),
  usersCount: string({ unsent: 'always' }),
});

export const signingGroup = attributes({
  [NAME]: string({ wire: 'groupName' }),
  signingGroupId: string({ unsent: 'always' }),
  groupName: string(),
  groupType: string({ oneOf: ['sharedSigningGroup'] }),
  groupEmail: string(),
  createdBy: string({ unsent: 'always' }), created: string({ unsent: 'always' }), modifiedBy: string({ unsent: 'always' }), modified: string({ unsent: 'always' }),
});

const PHONE_TYPES = ['home', 'mobile', 'work', 'other', 'fax'];

export const contact = attributes({
  [NAME]: string({ wire: 'name' }),
  contactId: string({ unsent: 'always' }),
  name: string(), organization: string(),
  emails: string({ multi: true }),
  contactPhoneNumbers: object({
    multi: true, notes: `phoneNumber and phoneType (${PHONE_TYPES.join(', ')}); not in searches, unless asked for by name`,
    write: (values) => (values ?? []).map((value) => {
      const number = jsonValue(value);
      const type = textAt(valueAt(number, ''), 'phoneType') ?? '';
      return PHONE_TYPES.includes(type) ? number : refuse(`contactPhoneNumbers: phoneType cannot be '${type.slice(0, 100)}'; it takes ${PHONE_TYPES.join(', ')}.`);
    }),
  }),
  shared: string(),
});

export const permissionProfile = attributes({
  [NAME]: string({ wire: 'permissionProfileName' }),
  permissionProfileId: string(), permissionProfileName: string(), modifiedByUsername: string(), modifiedDateTime: string(),
  settings: object({ notes: 'not in searches, unless asked for by name' }),
});

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/usersignatures/get/ */
export const userSignature = attributes({ signatureId: string(), signatureName: string(), signatureType: string(), signatureImageUri: string(), initialsImageUri: string(), createdDateTime: string() });
