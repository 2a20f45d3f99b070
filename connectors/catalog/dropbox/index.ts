import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { saas } from './config.js';
import { checkGroup, deleteGroup, groupList, groupUpdate, newGroup, readGroup } from './groups.js';
import { addMember, memberList, readMember, removeMember, setProfile } from './members.js';
import { account, group, role } from './schema.js';

/** A refusal of the route itself: 409, with the path of its tags as a text (https://www.dropbox.com/developers/documentation/http/documentation#error-handling). */
const refused = (tag: string) => on(409, { at: 'error_summary', contains: tag });

/** Members, groups and roles of a Dropbox team (https://www.dropbox.com/developers/documentation/http/teams). Every request is a POST. */
export default defineRestConnector({
  id: 'dropbox',
  displayName: 'Dropbox Connector',
  key: documentedKey('dropbox-connector', 'dropbox.DropboxConnector'),
  ...saas,
  attributeNaming: () => ({ same: [], mapped: [['__NAME__', 'email'], ['__NAME__', 'group_name'], ['__NAME__', 'name'], ['__UID__', 'team_member_id'], ['__UID__', 'group_id']] }),
  service: {
    ...saas.service,
    test: async (call) => { await call.send('POST /team/members/list_v2', { json: { limit: 1 }, kind: 'read' }); },
    errors: [
      refused('user_not_found').fail('unknownUid'), refused('user_not_in_team').fail('unknownUid'),
      refused('group_not_found').fail('unknownUid'), refused('group_already_deleted').fail('unknownUid'),
      refused('group_name_already_used').fail('alreadyExists'), refused('external_id_already_in_use').fail('alreadyExists'), refused('email_reserved_for_other_user').fail('alreadyExists'),
      refused('system_managed_group_disallowed').fail('permissionDenied', { advice: 'Dropbox manages this group by itself; nobody else can change it.' }),
      refused('last_admin').fail('permissionDenied', { advice: 'A team has to have an administrator.' }),
      refused('internal_error').fail('connectorIo', { outcome: 'unknown' }),
      on(409).fail('invalidAttributeValue'),
    ],
    messages: ['user_message.text', 'error_summary'],
  },
  objectClasses: {
    [ACCOUNT]: {
      aliases: ['member', 'team member'],
      attributes: account,
      uid: 'profile.team_member_id',
      list: memberList,
      read: readMember,
      create: addMember,
      update: setProfile,
      delete: removeMember,
    },
    [GROUP]: {
      aliases: ['group'],
      attributes: group,
      uid: 'group_id',
      check: checkGroup,
      list: groupList,
      read: readGroup,
      create: { request: 'POST /team/groups/create', body: newGroup },
      update: groupUpdate,
      delete: deleteGroup,
    },
    role: { aliases: ['Role'], attributes: role, uid: 'role_id', list: { request: 'POST /team/members/get_available_team_member_roles', items: 'roles' } },
  },
  described: [{ name: '__ALL__', aliases: [], operations: [], attributes: [] }],
});
