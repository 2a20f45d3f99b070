import { isJsonObject, textAt, type Json, type JsonObject } from '../../engines/rest/json.js';
import type { LinkedValues } from '../../engines/rest/linked-values.js';
import { listed, type ListEndpoint } from '../../engines/rest/list.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import type { RestCall } from '../../engines/rest/rest-call.js';

/** Without the total: the reference leaves open whether that counts all groups or those of the answer. An empty page ends the list. */
const byIndex = offsetPaging({ offset: 'startIndex', size: 'count', first: 1 });

/** https://developer.webex.com/docs/api/v1/groups/list-and-search-groups: with up to 500 members each. */
export const groupList = { request: 'GET /groups', items: 'groups', pageSize: 100, paging: byIndex } as const satisfies ListEndpoint;

/** https://developer.webex.com/docs/api/v1/groups/get-group-members */
const members: ListEndpoint = { request: 'GET /groups/{uid}/members', items: 'members', pageSize: 500, paging: byIndex };

/** All members of a group as a list or a read gives it: those beyond 500 are asked for. */
export async function allMembers(call: RestCall, group: JsonObject): Promise<readonly Json[]> {
  const { memberSize, members: some = [] } = group;
  const given = Array.isArray(some) ? some as readonly Json[] : [];
  if (typeof memberSize !== 'number' || memberSize <= given.length) return given;
  const all: Json[] = [];
  for await (const page of listed(call, members, { variables: { uid: textAt(group, 'id') }, signal: call.signal })) all.push(...page);
  return all;
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

/** Webex tells the members of groups and not the groups of a person: all groups are listed once a search, whatever it finds. */
const bySearch = new WeakMap<object, Promise<Memberships>>();

function membershipsFor(call: RestCall, search: object): Promise<Memberships> {
  const known = bySearch.get(search) ?? memberships(call);
  bySearch.set(search, known);
  return known;
}

/** https://developer.webex.com/docs/api/v1/groups/update-a-group: members with the operation `add` or `delete`. */
export const groupsOfPerson: LinkedValues = {
  list: async function* groups(call, uid, search) {
    yield (await membershipsFor(call, search)).get(uid) ?? [];
  },
  value: '',
  add: { request: 'PATCH /groups/{value}', json: (id) => ({ members: [{ id, operation: 'add' }] }) },
  remove: { request: 'PATCH /groups/{value}', json: (id) => ({ members: [{ id, operation: 'delete' }] }) },
};
