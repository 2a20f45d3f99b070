import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import {
  afterwards, elementsAt, objectsAt, textAt, type ClassQuery, type Json, type JsonObject, type ObjectList, type RestCall, type SetApart, type Written,
} from '../../engines/rest/index.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { onlyOf } from './answers.js';

/** Given without `additional_info` (https://developers.docusign.com/docs/esign-rest-api/reference/users/users/list/). */
const IN_SHORT = new Set(['userId', 'userName', 'email', 'userStatus', 'userType', 'uri', 'createdDateTime', 'permissionProfileId', 'permissionProfileName', '__NAME__', '__UID__']);

export const setPaging = offsetPaging({ offset: 'start_position', size: 'count', total: 'totalSetSize' });

export function userList(names: readonly string[], query: ClassQuery): ObjectList {
  const additional = names.some((name) => !IN_SHORT.has(name) && query.wants(name));
  return { request: 'GET /restapi/v2.1/accounts/{account}/users', items: 'users', pageSize: 100, paging: setPaging, query: { additional_info: String(additional) } };
}

const isSecret = ({ password, forgottenPasswordInfo }: JsonObject): boolean => password !== undefined || forgottenPasswordInfo !== undefined;

/** Groups by either name: `groupList`, or `__GROUP__`, which is made of its ids. */
const groupsIn = (list: Json): readonly string[] => elementsAt(list, '').flatMap((group) => textAt(group, 'groupId') ?? []);

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/users/create/ */
export async function createUser(call: RestCall, { object }: Written): Promise<JsonObject> {
  return onlyOf(await call.send('POST /restapi/v2.1/accounts/{account}/users', { json: { newUsers: [object] }, hasSecrets: isSecret(object) }), 'newUsers', 'create');
}

/** Of groups a user is in by request; everybody is in Everyone, and stays there. https://developers.docusign.com/docs/esign-rest-api/reference/usergroups/groupusers/ */
export const groupsOfUser: SetApart = {
  during: 'update',
  set: async (call, uid, list) => {
    const wanted = new Set(groupsIn(list));
    const held = objectsAt(await call.send('GET /restapi/v2.1/accounts/{account}/users/{uid}?additional_info=true', { variables: { uid }, uid }), 'groupList');
    const present = new Set(groupsIn(held));
    const left = groupsIn(held.filter(({ groupType }) => groupType !== 'everyoneGroup')).filter((group) => !wanted.has(group));
    const steps = [...left.map((group) => ['DELETE', group] as const), ...[...wanted].filter((group) => !present.has(group)).map((group) => ['PUT', group] as const)];
    for (const [done, [method, group]] of steps.entries()) {
      await afterwards(`Of ${steps.length} changes of groups ${done} were made, then one failed:`, done > 0, () => changeGroup(call, method, group, uid));
    }
  },
};

/** It is the group that is not there, where something is not. */
async function changeGroup(call: RestCall, method: 'PUT' | 'DELETE', group: string, userId: string): Promise<void> {
  try {
    onlyOf(await call.send(`${method} /restapi/v2.1/accounts/{account}/groups/{group}/users`, { variables: { group }, json: { users: [{ userId }] } }), 'users', 'update');
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw new ConnectorError(error.kind === 'unknownUid' ? 'invalidAttributeValue' : error.kind, `Group ${group}: ${error.message}`, { cause: error, outcome: error.outcome });
  }
}

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/users/updateuser/ */
export async function updateUser(call: RestCall, { value: uid }: Uid, { object }: Written): Promise<undefined> {
  if (Object.keys(object).length > 0) await call.answer('PUT /restapi/v2.1/accounts/{account}/users/{uid}', { variables: { uid }, uid, json: object, hasSecrets: isSecret(object) });
}

/** Users are closed, and stay: https://developers.docusign.com/docs/esign-rest-api/reference/users/users/delete/ */
export async function closeUser(call: RestCall, uid: Uid): Promise<void> {
  onlyOf(await call.send('DELETE /restapi/v2.1/accounts/{account}/users', { json: { users: [{ userId: uid.value }] }, uid: uid.value }), 'users', 'delete');
}
