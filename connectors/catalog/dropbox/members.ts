import { ConnectorError, type ErrorKind, type Uid } from '../../../protocol/model/index.js';
import {
  elementsAt, objectsAt, onceASearch, refuse, requireObject, textAt, valueAt, type Json, type JsonObject, type ObjectList, type RestCall, type WriteEndpoint,
  type Written,
} from '../../engines/rest/index.js';
import { continuePaging } from '../../engines/rest/paging/given-next.js';
import { completedJob } from './jobs.js';
import { memberById, tagOf, tagged } from './unions.js';

/** https://www.dropbox.com/developers/documentation/http/teams#team-members-list */
export const memberList: ObjectList = {
  request: 'POST /team/members/list_v2', items: 'members', pageSize: 1_000, json: (page) => page as JsonObject,
  paging: continuePaging({ continueBy: 'POST /team/members/list/continue_v2', send: 'cursor', next: 'cursor', size: 'limit', more: 'has_more' }),
};

/** https://www.dropbox.com/developers/documentation/http/teams#team-members-get_info; who was removed is still told of for a while. */
export async function readMember(call: RestCall, uid: string): Promise<JsonObject | undefined> {
  const answer = await call.send('POST /team/members/get_info_v2', { json: { members: [memberById(uid)] }, kind: 'read' });
  const [found] = objectsAt(answer, 'members_info');
  return found === undefined || tagOf(found) !== 'member_info' || tagOf(valueAt(found, 'profile.status')) === 'removed' ? undefined : found;
}

/** Why nobody was added (`MemberAddResultBase` of the reference); any other tag is a refusal, too. */
const REFUSALS: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  user_already_on_team: ['alreadyExists', 'The address is of somebody who is in the team, is invited to it, or was removed from it less than seven days ago.'],
  duplicate_external_member_id: ['alreadyExists', 'Somebody in the team has this external id.'],
  duplicate_member_persistent_id: ['alreadyExists', 'Somebody in the team has this persistent id.'],
  user_on_another_team: ['invalidAttributeValue', 'The address is of somebody in another team.'],
  user_already_paired: ['invalidAttributeValue', 'The address is of an account that is paired with another.'],
  team_license_limit: ['connector', 'The team has no licence left.'],
  free_team_member_limit_reached: ['connector', 'The team is full.'],
};

/** https://www.dropbox.com/developers/documentation/http/teams#team-members-add */
export async function addMember(call: RestCall, { object }: Written): Promise<JsonObject> {
  const email = textAt(object, 'profile.email') ?? '';
  const [givenName, surname, role] = [textAt(object, 'profile.name.given_name'), textAt(object, 'profile.name.surname'), textAt(object, 'role_id')];
  const member: JsonObject = {
    member_email: email, ...(givenName === undefined ? {} : { member_given_name: givenName }), ...(surname === undefined ? {} : { member_surname: surname }), ...(role === undefined ? {} : { role_ids: [role] }),
  };
  const launched = requireObject(await call.send('POST /team/members/add_v2', { json: { new_members: [member] } }), 'The answer to POST /team/members/add_v2', 'unknown');
  const done = await completedJob(call, launched, 'POST /team/members/add/job_status/get_v2');
  const [result] = objectsAt(done, 'complete');
  const tag = tagOf(result);
  if (result !== undefined && tag === 'success') return result;
  const [kind, reason] = REFUSALS[tag ?? ''] ?? ['connector', 'Dropbox did not add the member.'];
  throw new ConnectorError(kind, `Dropbox refused to invite ${email} (${tag ?? 'no result'}). ${reason}`, { outcome: tag === undefined ? 'unknown' : 'notApplied' });
}

/** https://www.dropbox.com/developers/documentation/http/teams#team-members-set_profile; of the attributes here, the address alone changes. */
export const setProfile: WriteEndpoint = {
  request: 'POST /team/members/set_profile_v2',
  body: (member, uid = '') => ({ user: memberById(uid), new_email: textAt(member, 'profile.email') ?? refuse('A member of the team cannot be without an email.') }),
};

/** With Dropbox' own defaults: data on linked devices is wiped, and no account is kept. https://www.dropbox.com/developers/documentation/http/teams#team-members-remove */
export async function removeMember(call: RestCall, uid: Uid): Promise<void> {
  const launched = requireObject(await call.send('POST /team/members/remove', { json: { user: memberById(uid.value) }, uid: uid.value }), 'The answer to POST /team/members/remove', 'unknown');
  await completedJob(call, launched, 'POST /team/members/remove/job_status/get');
}

/** Of groups that only administrators manage nobody is an owner, and of those of the system the members are not told. */
async function ownersOf(call: RestCall, group: string): Promise<ReadonlySet<string>> {
  const found = await call.send('POST /team/groups/get_info', { json: tagged('group_ids', [group]), kind: 'read' });
  const owners = elementsAt(found, '[0].members').filter((member) => tagOf(valueAt(member, 'access_type')) === 'owner');
  return new Set(owners.map((member) => textAt(member, 'profile.team_member_id') ?? ''));
}

/** The groups of a member as objects of `group_id` and `access_type`: a member is told the ids of its groups and not what it is in them. */
export async function groupsOf(call: RestCall, member: JsonObject, search: object): Promise<readonly Json[]> {
  const id = textAt(member, 'profile.team_member_id') ?? '';
  const groups: Json[] = [];
  for (const group of elementsAt(member, 'profile.groups').filter((each) => typeof each === 'string')) {
    const owners = await onceASearch(search, group, () => ownersOf(call, group));
    groups.push({ access_type: owners.has(id) ? 'owner' : 'member', group_id: group });
  }
  return groups;
}
