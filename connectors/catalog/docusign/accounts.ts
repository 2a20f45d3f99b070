import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import type { ClassQuery, ObjectList, Written } from '../../engines/rest/definition.js';
import { isJsonObject, textAt, type Json, type JsonObject } from '../../engines/rest/json.js';
import { offsetPaging } from '../../engines/rest/paging/counted.js';
import { requireObject, type RestCall } from '../../engines/rest/rest-call.js';
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
function groupsIn(list: Json | undefined): readonly string[] {
  return (Array.isArray(list) ? list as readonly Json[] : []).flatMap((group) => textAt(group, 'groupId') ?? []);
}

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/users/create/ */
export async function createUser(call: RestCall, { object }: Written): Promise<JsonObject> {
  return onlyOf(await call.send('POST /restapi/v2.1/accounts/{account}/users', { json: { newUsers: [object] }, hasSecrets: isSecret(object) }), 'newUsers', 'create');
}

async function readUser(call: RestCall, uid: Uid): Promise<JsonObject> {
  return requireObject(await call.send('GET /restapi/v2.1/accounts/{account}/users/{uid}?additional_info=true', { variables: { uid: uid.value }, uid: uid.value }), 'The answer about a user');
}

/** Of groups a user is in by request; everybody is in Everyone, and stays there. */
async function changeGroups(call: RestCall, uid: Uid, list: Json, before: string): Promise<void> {
  const wanted = new Set(groupsIn(list));
  const held = (await readUser(call, uid))['groupList'];
  const leavable = (Array.isArray(held) ? held as readonly Json[] : []).filter((group) => isJsonObject(group) && group['groupType'] !== 'everyoneGroup');
  const present = new Set(groupsIn(held));
  const json = { users: [{ userId: uid.value }] };
  const steps = [
    ...groupsIn(leavable).filter((group) => !wanted.has(group)).map((group) => ['DELETE', group] as const), ...[...wanted].filter((group) => !present.has(group)).map((group) => ['PUT', group] as const),
  ];
  let done = 0;
  for (const [method, group] of steps) {
    try {
      onlyOf(await call.send(`${method} /restapi/v2.1/accounts/{account}/groups/{group}/users`, { variables: { group }, json }), 'users', 'update');
      done++;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      throw groupFailure(error, group, before === '' && done === 0 ? '' : `${before}Of ${steps.length} changes of groups ${done} were made, then one failed: `);
    }
  }
}

/** It is the group that is not there, where something is not. */
function groupFailure(error: ConnectorError, group: string, before: string): ConnectorError {
  const kind = error.kind === 'unknownUid' ? 'invalidAttributeValue' : error.kind;
  return new ConnectorError(kind, `${before}Group ${group}: ${error.message}`, { cause: error, outcome: before === '' ? error.outcome : 'applied' });
}

/** https://developers.docusign.com/docs/esign-rest-api/reference/users/users/updateuser/; groups: /usergroups/groupusers/ */
export async function updateUser(call: RestCall, uid: Uid, { object }: Written): Promise<undefined> {
  const { groupList, ...own } = object;
  const hasOwn = Object.keys(own).length > 0;
  if (hasOwn) await call.answer('PUT /restapi/v2.1/accounts/{account}/users/{uid}', { variables: { uid: uid.value }, uid: uid.value, json: own, hasSecrets: isSecret(own) });
  if (groupList !== undefined) await changeGroups(call, uid, groupList, hasOwn ? `The user '${uid.value}' was updated. ` : '');
}

/** Users are closed, and stay: https://developers.docusign.com/docs/esign-rest-api/reference/users/users/delete/ */
export async function closeUser(call: RestCall, uid: Uid): Promise<void> {
  onlyOf(await call.send('DELETE /restapi/v2.1/accounts/{account}/users', { json: { users: [{ userId: uid.value }] }, uid: uid.value }), 'users', 'delete');
}
