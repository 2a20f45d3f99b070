import type { Uid } from '../../../protocol/model/index.js';
import {
  isJsonObject, jsonValue, listed, objectsAt, refuse, textAt, type Json, type JsonObject, type LinkedValues, type ObjectList, type RestCall, type WriteEndpoint,
  type Written,
} from '../../engines/rest/index.js';
import { continuePaging } from '../../engines/rest/paging/given-next.js';
import { groupById, memberById, tagOf, tagged } from './unions.js';

/** https://www.dropbox.com/developers/documentation/http/teams#team-groups-list */
export const groupList: ObjectList = {
  request: 'POST /team/groups/list', items: 'groups', pageSize: 1_000, json: (page) => page as JsonObject,
  paging: continuePaging({ continueBy: 'POST /team/groups/list/continue', send: 'cursor', next: 'cursor', size: 'limit', more: 'has_more' }),
};

const byMemberCursor = continuePaging({ continueBy: 'POST /team/groups/members/list/continue', send: 'cursor', next: 'cursor', size: 'limit', more: 'has_more' });
const idOf = (member: Json): string => textAt(member, 'team_member_id') ?? '';
const accessOf = (member: Json): string => textAt(member, 'access_type') ?? '';

/** https://www.dropbox.com/developers/documentation/http/teams#team-groups-members-list, -add and -remove */
export const membersOfGroup: LinkedValues = {
  list: (call, uid) => listed(call, {
    request: 'POST /team/groups/members/list', items: 'members', pageSize: 1_000, paging: byMemberCursor, json: (page) => ({ ...page as JsonObject, group: groupById(uid) }),
  }, { signal: call.signal }),
  value: (element) => (isJsonObject(element) ? { access_type: tagOf(element['access_type']) ?? '', team_member_id: textAt(element, 'profile.team_member_id') ?? '' } : undefined),
  key: (member) => `${idOf(member)} ${accessOf(member)}`,
  add: { request: 'POST /team/groups/members/add', json: (uid, member) => ({ group: groupById(uid), members: [{ user: memberById(idOf(member)), access_type: tagged(accessOf(member)) }], return_members: false }) },
  remove: { request: 'POST /team/groups/members/remove', json: (uid, member) => ({ group: groupById(uid), users: [memberById(idOf(member))], return_members: false }) },
};

/** A member of a group is the id of somebody and what they are in it. */
export function checkGroup({ attributes }: Written): void {
  for (const { values } of attributes.filter(({ name }) => name.toLowerCase() === 'members')) {
    for (const member of (values ?? []).map(jsonValue)) {
      if (idOf(member) === '' || !['member', 'owner'].includes(accessOf(member))) refuse('Each of members is an object with a team_member_id, and an access_type that is member or owner.');
    }
  }
}

/** https://www.dropbox.com/developers/documentation/http/teams#team-groups-get_info */
export async function readGroup(call: RestCall, uid: string): Promise<JsonObject | undefined> {
  const answer = await call.send('POST /team/groups/get_info', { json: tagged('group_ids', [uid]), kind: 'read' });
  const [found] = objectsAt(answer, '');
  return found === undefined || tagOf(found) !== 'group_info' ? undefined : found;
}

/** As Java: managed by administrators where nothing is said. https://www.dropbox.com/developers/documentation/http/teams#team-groups-create */
export function newGroup({ group_management_type: type = tagged('company_managed'), ...object }: JsonObject): Json {
  return { ...object, group_management_type: type };
}

/** https://www.dropbox.com/developers/documentation/http/teams#team-groups-update */
export const groupUpdate: WriteEndpoint = {
  request: 'POST /team/groups/update',
  body: (changes, uid = '') => ({ group: groupById(uid), ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`new_${name}`, value])), return_members: false }),
};

/** A group is gone at once; what goes on as a job is taking its folders from its members. https://www.dropbox.com/developers/documentation/http/teams#team-groups-delete */
export async function deleteGroup(call: RestCall, uid: Uid): Promise<void> {
  await call.send('POST /team/groups/delete', { json: groupById(uid.value), uid: uid.value });
}
