import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, integer, string, textAt } from '../../engines/rest/index.js';
import { groupIdOf } from './groups.js';
import { GROUPS, groupsOf } from './users.js';

/** https://adobe-apiplatform.github.io/umapi-documentation/en/api/getUser.html; `orgSpecific` and `businessAccount` are the Java connector's. */
export const account = attributes({
  [NAME]: string({ wire: 'username', read: (user) => textAt(user, 'username') ?? textAt(user, 'email'), notes: 'the user name; of a new user the address' }),
  email: string({ required: true, createOnly: true, longest: 60 }),
  firstname: string({ longest: 250, cleared: '' }),
  lastname: string({ longest: 250, cleared: '' }),
  status: string({ readOnly: true }),
  username: string({ notes: 'begins as the address; only that of a federatedID can be another' }),
  type: string({ required: true, createOnly: true, notes: 'adobeID, enterpriseID or federatedID, in any case' }),
  orgSpecific: boolean({ readOnly: true }),
  businessAccount: boolean({ readOnly: true }),
  country: string({ createOnly: true, longest: 2, notes: 'left out: that of the domain' }),
  [GROUPS]: string({ multi: true, wire: 'groups', complete: groupsOf, notes: 'ids of groups and product profiles' }),
  id: string({ readOnly: true }),
});

/** https://adobe-apiplatform.github.io/umapi-documentation/en/api/group.html */
export const group = attributes({
  [NAME]: string({ read: groupIdOf, unsent: 'always', notes: 'the id' }),
  groupName: string({ required: true, createOnly: true, onRequest: true }),
  type: string({ readOnly: true, onRequest: true }),
  adminGroupName: string({ readOnly: true, onRequest: true }),
  userGroupName: string({ readOnly: true, onRequest: true }),
  memberCount: integer({ readOnly: true, onRequest: true }),
  productName: string({ readOnly: true, onRequest: true }),
  profileGroupName: string({ readOnly: true, onRequest: true, read: (given) => textAt(given, 'productProfileName') ?? textAt(given, 'profileGroupName'), notes: 'productProfileName of the API' }),
  description: string({ writeOnly: true, cleared: '' }),
  licenseQuota: string({ readOnly: true, onRequest: true }),
});
