import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, object, string, type LinkedValues, type ListEndpoint } from '../../engines/rest/index.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { flagText, sizeText } from './java-text.js';

/** Box takes null for none of its texts (https://developer.box.com/reference/put-users-id): an empty one clears. */
const clearable = { cleared: '' };
const VISIBILITY = ['admins_only', 'admins_and_members', 'all_managed_users'];

/** https://developer.box.com/reference/get-users-id-memberships */
const memberships: ListEndpoint = {
  request: 'GET /users/{uid}/memberships', items: 'entries', pageSize: 1_000,
  paging: offsetPaging({ offset: 'offset', size: 'limit', total: 'total_count' }),
};

/** https://developer.box.com/reference/post-group-memberships and /delete-group-memberships-id */
const groups: LinkedValues = {
  list: memberships, value: 'group.id',
  add: { request: 'POST /group_memberships', json: (user, group) => ({ user: { id: user }, group: { id: group } }), done: [409] },
  remove: { request: 'DELETE /group_memberships/{link}', done: [404] },
};

/** https://developer.box.com/reference/resources/user */
export const account = attributes({
  [NAME]: string({ wire: 'name', required: true, notes: 'display name' }),
  login: string({ required: true, notes: 'normally the e-mail address; Box refuses another one while the address is not confirmed' }),
  id: string({ unsent: 'always' }),
  type: string({ unsent: 'always' }),
  hostname: string({ unsent: 'always' }),
  is_exempt_from_device_limits: flagText('is_exempt_from_device_limits'),
  job_title: string({ longest: 100, ...clearable }),
  space_amount: sizeText('space_amount', { notes: 'bytes; -1: without limit' }),
  phone: string({ longest: 100, ...clearable }),
  status: string({ oneOf: ['active', 'inactive', 'cannot_delete_edit', 'cannot_delete_edit_upload'] }),
  enterprise: object({ multi: true, unsent: 'always', notes: 'one object of type, id and name' }),
  can_see_managed_users: flagText('can_see_managed_users'),
  is_external_collab_restricted: flagText('is_external_collab_restricted'),
  external_app_user_id: string(clearable),
  is_exempt_from_login_verification: flagText('is_exempt_from_login_verification'),
  is_sync_enabled: flagText('is_sync_enabled'),
  groups: string({ multi: true, linked: groups, notes: 'ids of groups' }),
  max_upload_size: sizeText('max_upload_size', { unsent: 'always' }),
  language: string({ notes: 'modified ISO 639-1 code' }),
  avatar_url: string({ unsent: 'always' }),
  role: string({ oneOf: ['coadmin', 'user'] }),
  address: string({ longest: 255, ...clearable }),
  is_platform_access_only: flagText('is_platform_access_only', { unsent: 'onUpdate' }),
  timezone: string({ notes: 'e.g. Africa/Bujumbura' }),
  memberof: string({ multi: true, readOnly: true, onRequest: true, linked: { list: memberships, value: 'group.name' }, notes: 'names of groups' }),
});

/** https://developer.box.com/reference/resources/group--full */
export const group = attributes({
  [NAME]: string({ wire: 'name', required: true }),
  name: string({ onRequest: true, notes: 'the same as __NAME__, which updates of the documentation call so' }),
  id: string({ unsent: 'always' }),
  type: string({ unsent: 'always' }),
  description: string({ longest: 255, ...clearable }),
  external_sync_identifier: string({ longest: 255, ...clearable }),
  group_type: string({ unsent: 'always' }),
  invitability_level: string({ oneOf: VISIBILITY }),
  member_viewability_level: string({ oneOf: VISIBILITY }),
  provenance: string({ longest: 255, ...clearable }),
  permissions: object({ unsent: 'always', onRequest: true, notes: 'can_invite_as_collaborator' }),
  can_invite_as_collaborator: boolean({ wire: 'permissions.can_invite_as_collaborator', unsent: 'always', onRequest: true }),
});
