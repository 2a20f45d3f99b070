import { ConnectorError, type UpdateType } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import { dnKey } from '../dn.js';
import { addMember, removeMember, renameMember } from './change-member.js';
import type { MembershipStep } from './membership-steps.js';
import { POSIX_MEMBER, posixGroupsOf } from './search-groups.js';

const ATTRIBUTE = POSIX_MEMBER.groupAttribute;

/** The one `uid` value under which a member is entered: the first in code point order, so that it is always the same. */
function memberName(uids: readonly string[], dn: string): string {
  const [name] = [...uids].sort();
  if (name === undefined) throw new ConnectorError('invalidAttributeValue', `"${dn}" cannot be put into POSIX groups: it has no ${POSIX_MEMBER.memberAttribute} attribute.`);
  return name;
}

function leave(session: LdapSession, group: string, uids: readonly string[], signal: AbortSignal): MembershipStep {
  return {
    description: `remove from POSIX group "${group}"`,
    run: async () => {
      for (const uid of uids) await removeMember(session, group, ATTRIBUTE, uid, signal);
    },
  };
}

/** What has to be done so that `posixGroups` is as a request says. */
export async function posixGroupSteps(session: LdapSession, type: UpdateType, member: { readonly dn: string; readonly uids: readonly string[] }, groups: readonly string[], signal: AbortSignal): Promise<MembershipStep[]> {
  const join = (group: string): MembershipStep => ({
    description: `add to POSIX group "${group}"`,
    run: () => addMember(session, group, ATTRIBUTE, memberName(member.uids, member.dn), signal),
  });
  if (type === 'ADD') return groups.map(join);
  if (type === 'REMOVE') return groups.map((group) => leave(session, group, member.uids, signal));
  const current = await posixGroupsOf(session, member.uids, signal);
  const before = new Set(current.map(dnKey));
  const after = new Set(groups.map(dnKey));
  return [
    ...groups.filter((group) => !before.has(dnKey(group))).map(join),
    ...current.filter((group) => !after.has(dnKey(group))).map((group) => leave(session, group, member.uids, signal)),
  ];
}

/** What has to be done in POSIX groups after the `uid` values of an entry went from `before` to `after` (none: deleted). */
export async function followPosixNames(session: LdapSession, before: readonly string[], after: readonly string[], signal: AbortSignal): Promise<MembershipStep[]> {
  const steps: MembershipStep[] = [];
  const [successor] = [...after].sort();
  for (const gone of before.filter((uid) => !after.includes(uid))) {
    for (const group of await posixGroupsOf(session, [gone], signal)) {
      steps.push(successor === undefined
        ? leave(session, group, [gone], signal)
        : { description: `rename in POSIX group "${group}"`, run: () => renameMember(session, group, ATTRIBUTE, gone, successor, signal) });
    }
  }
  return steps;
}
