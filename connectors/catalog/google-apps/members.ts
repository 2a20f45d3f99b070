import { ConnectorError, Uid } from '../../../protocol/model/index.js';
import { DIRECTORY, googleList } from '../../engines/google/directory.js';
import { compoundUid } from '../../engines/rest/compound-uid.js';
import { requireObject, textAt, withoutValueAt, type Json, type ListEndpoint, type RestObjectClass } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';
import { listsOfEach } from '../../engines/rest/lists-of-each.js';
import type { GoogleAppsConfig } from './config.js';
import { MEMBERS_AT_ONCE, member, memberList, memberUid } from './schema.js';

const GROUPS = `${DIRECTORY}/groups` as const;
const MEMBER = `${GROUPS}/{groupKey}/members/{memberKey}` as const;

/** A list does not say which group it is of; one that has gone meanwhile has no members. */
const membersOf = (groupKey: string): ListEndpoint => ({
  ...memberList, variables: { uid: groupKey }, empty: [404], element: (given: Json) => ({ ...requireObject(given, 'A member of a group'), groupKey }),
});

const byKeys = parameterFilters({ equals: { groupKey: { parameter: 'groupKey', trusted: true }, memberKey: { parameter: 'memberKey', trusted: true } } });

/** A group by itself is a list of its own, and a member of it is one object. */
const filters: NativeFilters = {
  split(filter) {
    const split = byKeys.split(filter);
    const { groupKey, memberKey } = split.native === undefined ? {} : byKeys.query(split.native);
    if (memberKey === undefined) return split;
    if (groupKey === undefined) throw new ConnectorError('invalidAttributeValue', 'Google looks for a memberKey in one group only: search for groupKey and memberKey together.');
    return { ...split, native: { kind: 'equals', attribute: new Uid(`${String(groupKey)}/${String(memberKey)}`) } };
  },
  query: () => ({}),
};

/** Members of groups (https://developers.google.com/workspace/admin/directory/reference/rest/v1/members), of one group or of all. */
export const members: RestObjectClass<GoogleAppsConfig> = {
  aliases: ['member'],
  attributes: member,
  uid: memberUid,
  variables: compoundUid('{groupKey}/{memberKey}').variables,
  filters,
  list({ config: { groupsMaxResults, membersMaxResults } }, { filter }) {
    const pageSize = Math.min(membersMaxResults, MEMBERS_AT_ONCE);
    const { groupKey } = filter === undefined ? {} : byKeys.query(filter);
    if (groupKey !== undefined) return { ...membersOf(String(groupKey)), pageSize };
    const groups = googleList(`GET ${GROUPS}?domain={domain}`, 'groups', groupsMaxResults);
    return { request: `GET ${GROUPS}`, pageSize, pages: listsOfEach(groups, (group) => membersOf(textAt(group, 'email') ?? '')) };
  },
  read: `GET ${MEMBER}`,
  create: { request: `POST ${GROUPS}/{groupKey}/members`, body: (object) => withoutValueAt(object, 'groupKey') },
  update: `PATCH ${MEMBER}`,
  delete: `DELETE ${MEMBER}`,
};
