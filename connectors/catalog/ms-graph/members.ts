import { graphAddress } from './config.js';
import { listBelow, type GraphCall } from './reading.js';
import { refuse, textAt, withoutTrailingSlashes, type Json, type LinkedValues } from '../../engines/rest/index.js';

type Relation = 'members' | 'owners';

export function idOf(value: Json): string {
  return textAt(value, '') ?? refuse('Members, owners and groups are given by their ids.');
}

/** https://learn.microsoft.com/en-us/graph/api/group-post-members and group-post-owners */
export async function addMember(call: GraphCall, relation: Relation, group: string, member: string): Promise<void> {
  const id = `${withoutTrailingSlashes(graphAddress(call.config).href)}/directoryObjects/${encodeURIComponent(member)}`;
  await call.answer(`POST /groups/{group}/${relation}/$ref`, { variables: { group }, json: { '@odata.id': id }, signal: call.signal });
}

/** https://learn.microsoft.com/en-us/graph/api/group-delete-members and group-delete-owners; 404: is none any more */
export async function removeMember(call: GraphCall, relation: Relation, group: string, member: string): Promise<void> {
  await call.answer(`DELETE /groups/{group}/${relation}/{member}/$ref`, { variables: { group, member }, accept: [404], signal: call.signal });
}

/** Members or owners of a group: users, groups, service principals and devices, by their ids. */
export function membersOf(relation: Relation): LinkedValues {
  return {
    list: listBelow(`/groups/{uid}/${relation}`, { $select: 'id' }), value: (element: Json) => textAt(element, 'id'),
    add: (call, group, member) => addMember(call as GraphCall, relation, group, idOf(member)),
    remove: (call, group, member) => removeMember(call as GraphCall, relation, group, idOf(member)),
  };
}
