import type { UpdateType } from '../../../../protocol/model/index.js';
import { isActiveDirectory } from '../active-directory/family.js';
import type { LdapSession } from '../connection.js';
import { dnKey } from '../dn.js';
import { addMember, removeMember, renameMember } from './change-member.js';
import type { MembershipStep } from './membership-steps.js';
import { staticGroupsOf } from './search-groups.js';

/** Whether memberships follow renames and deletes here. Active Directory does that by itself, whatever is configured. */
export async function maintainsLdapGroups(session: LdapSession, signal: AbortSignal): Promise<boolean> {
  return session.config.maintainLdapGroupMembership && !isActiveDirectory((await session.directory.rootDse(signal)).serverType);
}

/**
 * What has to be done so that `ldapGroups` is as a request says. REPLACE starts from the groups that hold the member in
 * groupMemberAttribute, also where reading uses memberOf: memberOf can tell of nested and dynamic groups, which cannot be left.
 * Groups are joined before others are left.
 */
export async function ldapGroupSteps(session: LdapSession, type: UpdateType, memberDn: string, groups: readonly string[], signal: AbortSignal): Promise<MembershipStep[]> {
  const attribute = session.config.groupMemberAttribute;
  const join = (group: string): MembershipStep => ({ description: `add to "${group}"`, run: () => addMember(session, group, attribute, memberDn, signal) });
  const leave = (group: string): MembershipStep => ({ description: `remove from "${group}"`, run: () => removeMember(session, group, attribute, memberDn, signal) });
  if (type === 'ADD') return groups.map(join);
  if (type === 'REMOVE') return groups.map(leave);
  const current = await staticGroupsOf(session, memberDn, signal);
  const before = new Set(current.map(dnKey));
  const after = new Set(groups.map(dnKey));
  return [...groups.filter((group) => !before.has(dnKey(group))).map(join), ...current.filter((group) => !after.has(dnKey(group))).map(leave)];
}

/** The static groups in which `from` has to become `to`. */
export function renameInLdapGroups(session: LdapSession, groups: readonly string[], from: string, to: string, signal: AbortSignal): MembershipStep[] {
  const attribute = session.config.groupMemberAttribute;
  return groups.map((group) => ({ description: `rename in "${group}"`, run: () => renameMember(session, group, attribute, from, to, signal) }));
}

/** The static groups which a deleted entry has to leave. */
export function leaveLdapGroups(session: LdapSession, groups: readonly string[], memberDn: string, signal: AbortSignal): MembershipStep[] {
  const attribute = session.config.groupMemberAttribute;
  return groups.map((group) => ({ description: `remove from "${group}"`, run: () => removeMember(session, group, attribute, memberDn, signal) }));
}
