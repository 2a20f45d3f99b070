import { NAME } from '../../../protocol/model/index.js';
import { attributes, boolean, elementsAt, integer, object, string, textAt, valueAt } from '../../engines/rest/index.js';
import { membersOfGroup } from './groups.js';
import { groupsOf } from './members.js';
import { tagOf, tagged } from './unions.js';

const unsent = 'always';

/** `TeamMemberInfoV2` of https://www.dropbox.com/developers/documentation/http/teams#team-members-list */
export const account = attributes({
  [NAME]: string({ wire: 'profile.email', notes: 'the email, which goes before it' }),
  team_member_id: string({ wire: 'profile.team_member_id', unsent, notes: 'the same as the uid' }),
  given_name: string({ wire: 'profile.name.given_name', createOnly: true, longest: 100 }),
  surname: string({ wire: 'profile.name.surname', createOnly: true, longest: 100 }),
  email: string({ wire: 'profile.email', required: true }),
  member_status: string({ unsent, read: (member) => tagOf(valueAt(member, 'profile.status')), notes: 'active, invited or suspended' }),
  membership_type: string({ unsent, read: (member) => tagOf(valueAt(member, 'profile.membership_type')), notes: 'full or limited' }),
  role_id: string({ createOnly: true, read: (member) => textAt(member, 'roles.0.role_id'), notes: 'uid of a role' }),
  email_verified: boolean({ wire: 'profile.email_verified', unsent }),
  invited_on: string({ wire: 'profile.invited_on', unsent }),
  groups: object({ multi: true, unsent, complete: groupsOf, notes: 'access_type and group_id; set at the groups' }),
  secondary_emails: string({ multi: true, unsent, read: (member) => elementsAt(member, 'profile.secondary_emails').flatMap((each) => textAt(each, 'email') ?? []) }),
  abbreviated_name: string({ wire: 'profile.name.abbreviated_name', unsent }),
  joined_on: string({ wire: 'profile.joined_on', unsent, notes: 'e.g. 2023-01-01T00:00:00Z' }),
});

/** `GroupSummary` of https://www.dropbox.com/developers/documentation/http/teams#team-groups-list */
export const group = attributes({
  [NAME]: string({ wire: 'group_name', notes: 'group_name goes before it' }),
  group_id: string({ unsent, notes: 'the same as the uid' }),
  group_name: string({ required: true }),
  group_external_id: string({ cleared: '' }),
  members: object({ multi: true, linked: membersOfGroup, notes: 'access_type (member or owner) and team_member_id; all there are to be' }),
  group_management_type: string({
    oneOf: ['user_managed', 'company_managed', 'system_managed'], notes: 'user_managed or company_managed, which is the default',
    read: ({ group_management_type: type }) => tagOf(type), write: (values) => (typeof values?.[0] === 'string' ? tagged(values[0]) : undefined),
  }),
  member_count: integer({ unsent }),
});

/** https://www.dropbox.com/developers/documentation/http/teams#team-members-get_available_team_member_roles */
export const role = attributes({ [NAME]: string({ wire: 'name' }), name: string(), description: string() });
