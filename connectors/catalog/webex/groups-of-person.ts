import {
  allListed, elementsAt, isJsonObject, listed, onceASearch, textAt, type Json, type JsonObject, type LinkedValues, type ListEndpoint, type RestCall,
} from '../../engines/rest/index.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';

/** Without the total: the reference leaves open whether that counts all groups or those of the answer. An empty page ends the list. */
const byIndex = offsetPaging({ offset: 'startIndex', size: 'count', first: 1 });

/** https://developer.webex.com/docs/api/v1/groups/list-and-search-groups: with up to 500 members each. */
export const groupList = { request: 'GET /groups', items: 'groups', pageSize: 100, paging: byIndex } as const satisfies ListEndpoint;

/** https://developer.webex.com/docs/api/v1/groups/get-group-members */
const members: ListEndpoint = { request: 'GET /groups/{uid}/members', items: 'members', pageSize: 500, paging: byIndex };

/** All members of a group as a list or a read gives it: those beyond 500 are asked for. */
export async function allMembers(call: RestCall, group: JsonObject): Promise<readonly Json[]> {
  const [{ memberSize }, given] = [group, elementsAt(group, 'members')];
  return typeof memberSize !== 'number' || memberSize <= given.length ? given : allListed(call, members, { variables: { uid: textAt(group, 'id') }, signal: call.signal });
}

type Memberships = ReadonlyMap<string, readonly string[]>;

/** Ids of groups by the id of their members. */
async function memberships(call: RestCall): Promise<Memberships> {
  const found = new Map<string, string[]>();
  for await (const page of listed(call, { ...groupList, query: { includeMembers: true } }, { signal: call.signal })) {
    for (const group of page.filter(isJsonObject)) {
      for (const member of await allMembers(call, group)) {
        const [id, of] = [textAt(member, 'id'), textAt(group, 'id')];
        if (id !== undefined && of !== undefined) found.set(id, [...found.get(id) ?? [], of]);
      }
    }
  }
  return found;
}

/**
 * Webex tells the members of groups and not the groups of a person: all groups are listed once a search, whatever it finds.
 * https://developer.webex.com/docs/api/v1/groups/update-a-group: members with the operation `add` or `delete`.
 */
export const groupsOfPerson: LinkedValues = {
  list: async function* groups(call, uid, search) {
    yield (await onceASearch(search, 'groups by member', () => memberships(call))).get(uid) ?? [];
  },
  value: '',
  add: { request: 'PATCH /groups/{value}', json: (id) => ({ members: [{ id, operation: 'add' }] }) },
  remove: { request: 'PATCH /groups/{value}', json: (id) => ({ members: [{ id, operation: 'delete' }] }) },
};
