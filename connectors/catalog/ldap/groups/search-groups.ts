import { searchBelow } from '../base-search.js';
import type { LdapSession } from '../connection.js';
import { dnKey } from '../dn.js';
import { equalsFilter, orFilter } from '../filter-value.js';
import { NO_ATTRIBUTES, searchBases } from '../find-entry.js';

/** The attribute by which POSIX groups name their members, and the member's attribute they name (RFC 2307). */
export const POSIX_MEMBER = { groupAttribute: 'memberUid', memberAttribute: 'uid' } as const;

/**
 * DNs of the groups that hold one of `values` in `attribute`, in every search base. Only DNs are kept, so that this stays
 * small for an account in thousands of groups.
 */
async function groupsHolding(session: LdapSession, attribute: string, values: readonly string[], signal: AbortSignal): Promise<string[]> {
  if (values.length === 0) return [];
  const filter = orFilter(values.map((value) => equalsFilter(attribute, value)));
  const found = new Map<string, string>();
  for (const base of await searchBases(session, signal)) {
    for await (const group of searchBelow(session, { base, filter, attributes: NO_ATTRIBUTES }, signal)) {
      found.set(dnKey(group.dn), group.dn);
    }
  }
  return [...found.values()];
}

/** Static groups of the member with this DN, found by groupMemberAttribute. */
export async function staticGroupsOf(session: LdapSession, memberDn: string, signal: AbortSignal): Promise<string[]> {
  return await groupsHolding(session, session.config.groupMemberAttribute, [memberDn], signal);
}

/** POSIX groups that name one of these `uid` values. */
export async function posixGroupsOf(session: LdapSession, uids: readonly string[], signal: AbortSignal): Promise<string[]> {
  return await groupsHolding(session, POSIX_MEMBER.groupAttribute, uids, signal);
}
