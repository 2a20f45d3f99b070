import { Attribute, attributeKey } from '../../../../protocol/model/index.js';
import type { LdapSession } from '../connection.js';
import type { Entry } from '../directory/contract.js';
import { texts } from '../directory/entry.js';
import { isDnAttribute, uidTextOf, withUidAttribute } from '../find-entry.js';
import { LDAP_GROUPS, POSIX_GROUPS } from '../request-attributes.js';
import { POSIX_MEMBER, posixGroupsOf, staticGroupsOf } from './search-groups.js';

/** Uids of a group's members, with getGroupMemberId. */
export const MEMBER_ID = '_memberId';
const MEMBER_OF = 'memberOf';

type Reader = (session: LdapSession, entry: Entry, signal: AbortSignal) => Promise<string[]>;

/** One read for each member, which is what makes getGroupMemberId costly. Members that are gone or cannot be read are left out. */
async function memberIds(session: LdapSession, entry: Entry, signal: AbortSignal): Promise<string[]> {
  const members = texts(entry, session.config.groupMemberAttribute);
  if (isDnAttribute(session.config.uidAttribute)) return members;
  const uids: string[] = [];
  for (const member of members) {
    const read = await session.directory.read(member, withUidAttribute(session, []), signal);
    const uid = read === undefined ? undefined : uidTextOf(session, read);
    if (uid !== undefined) uids.push(uid);
  }
  return uids;
}

const READERS: ReadonlyMap<string, { readonly name: string; readonly read: Reader }> = new Map([
  [attributeKey(LDAP_GROUPS), {
    name: LDAP_GROUPS,
    read: async (session, entry, signal) => (session.config.ldapGroupsUseStaticGroups ? await staticGroupsOf(session, entry.dn, signal) : texts(entry, MEMBER_OF)),
  }],
  [attributeKey(POSIX_GROUPS), {
    name: POSIX_GROUPS,
    read: (session, entry, signal) => posixGroupsOf(session, texts(entry, POSIX_MEMBER.memberAttribute), signal),
  }],
  [attributeKey(MEMBER_ID), { name: MEMBER_ID, read: memberIds }],
]);

/** Whether an attribute is computed from group memberships instead of being read from the entry. */
export function isGroupAttribute(name: string): boolean {
  return READERS.has(attributeKey(name));
}

/** LDAP attributes that have to be asked for with an entry whose group attributes `names` are to be read. */
export function attributesForGroups(session: LdapSession, names: Iterable<string>): readonly string[] {
  const { config } = session;
  const keys = new Set([...names].map(attributeKey));
  return [
    ...(keys.has(attributeKey(LDAP_GROUPS)) && !config.ldapGroupsUseStaticGroups ? [MEMBER_OF] : []),
    ...(keys.has(attributeKey(POSIX_GROUPS)) ? [POSIX_MEMBER.memberAttribute] : []),
    ...(keys.has(attributeKey(MEMBER_ID)) ? [config.groupMemberAttribute] : []),
  ];
}

/**
 * The computed attributes among `names`, in their order; others are passed over. `entry` must have been read with
 * {@link attributesForGroups}. Costs searches: ask only for what is wanted.
 */
export async function readGroupAttributes(session: LdapSession, entry: Entry, names: Iterable<string>, signal: AbortSignal): Promise<Attribute[]> {
  const attributes: Attribute[] = [];
  for (const name of names) {
    const reader = READERS.get(attributeKey(name));
    if (reader !== undefined) attributes.push(new Attribute(reader.name, await reader.read(session, entry, signal)));
  }
  return attributes;
}
