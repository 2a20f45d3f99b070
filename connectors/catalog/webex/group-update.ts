import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import { elementsAt, requireObject, textAt, type Json, type JsonObject, type RestCall, type Written } from '../../engines/rest/index.js';
import { allMembers } from './groups-of-person.js';

const idsOf = (members: Json | undefined): ReadonlySet<string> =>
  new Set(elementsAt(members, '').map((member) => {
    const id = textAt(member, 'id');
    if (id === undefined) throw new ConnectorError('invalidAttributeValue', 'A member of a group is an object with the id of the person.', { outcome: 'notApplied' });
    return id;
  }));

/** What a new group is made of; of its members the id counts. https://developer.webex.com/docs/api/v1/groups/create-a-group */
export function newGroup(object: JsonObject): Json {
  return object['members'] === undefined ? object : { ...object, members: [...idsOf(object['members'])].map((id) => ({ id })) };
}

/** One request for all of it: members are added and deleted by name. https://developer.webex.com/docs/api/v1/groups/update-a-group */
export async function updateGroup(call: RestCall, uid: Uid, { object: { members, ...fields } }: Written): Promise<undefined> {
  const operations: Json[] = [];
  if (members !== undefined) {
    const group = await call.send('GET /groups/{uid}?includeMembers=true', { variables: { uid: uid.value }, uid: uid.value });
    const present = idsOf([...await allMembers(call, requireObject(group, 'The answer to GET /groups'))]);
    const wanted = idsOf(members);
    operations.push(...[...wanted].filter((id) => !present.has(id)).map((id) => ({ id, operation: 'add' })));
    operations.push(...[...present].filter((id) => !wanted.has(id)).map((id) => ({ id, operation: 'delete' })));
  }
  const json = { ...fields, ...(operations.length === 0 ? {} : { members: operations }) };
  if (Object.keys(json).length > 0) await call.send('PATCH /groups/{uid}', { variables: { uid: uid.value }, uid: uid.value, json });
  return undefined;
}
