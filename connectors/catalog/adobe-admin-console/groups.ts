import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import { afterwards, isJsonObject, listed, textAt, type JsonObject, type ListEndpoint, type RestCall, type Written } from '../../engines/rest/index.js';
import { pathPagePaging } from '../../engines/rest/paging/counted.js';
import { carryOut } from './action.js';

/** User groups, product profiles and the groups of their administrators (https://adobe-apiplatform.github.io/umapi-documentation/en/api/group.html). */
export const groupList: ListEndpoint = { request: 'GET /usermanagement/groups/{orgId}/{page}', items: 'groups', ownPages: true, pageSize: 400, paging: pathPagePaging({ variable: 'page', last: 'lastPage' }) };

/** Groups of the whole organization come without a number in some answers; their names are fixed. */
export function groupIdOf(group: JsonObject): string | undefined {
  return textAt(group, 'groupId') ?? textAt(group, 'groupName');
}

/** The API names groups in all it does, and does not give one by its id other than in this list. */
async function findGroup(call: RestCall, wanted: (group: JsonObject) => boolean): Promise<JsonObject | undefined> {
  for await (const page of listed(call, groupList)) {
    const found = page.filter(isJsonObject).find(wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

export async function createGroup(call: RestCall, { object }: Written): Promise<JsonObject> {
  const name = textAt(object, 'groupName') ?? '';
  const description = textAt(object, 'description');
  await carryOut(call, 'create', `The group '${name}'`, [{ root: { usergroup: name }, steps: [{ createUserGroup: { name, ...(description === undefined ? {} : { description }) } }] }]);
  return await afterwards(`The group '${name}' was created, but its id could not be found out: search for it.`, true, () => findGroup(call, (group) => textAt(group, 'groupName') === name)) ?? {};
}

async function nameOf(call: RestCall, uid: Uid): Promise<string> {
  const name = textAt(await findGroup(call, (group) => groupIdOf(group) === uid.value), 'groupName');
  if (name === undefined) throw new ConnectorError('unknownUid', `There is no group with the id '${uid.value}'.`, { uid, outcome: 'notApplied' });
  return name;
}

export async function updateGroup(call: RestCall, uid: Uid, { object }: Written): Promise<undefined> {
  const usergroup = await nameOf(call, uid);
  await carryOut(call, 'update', `The group '${usergroup}'`, [{ root: { usergroup }, steps: [{ updateUserGroup: { description: textAt(object, 'description') ?? '' } }] }]);
}

export async function deleteGroup(call: RestCall, uid: Uid): Promise<void> {
  const usergroup = await nameOf(call, uid);
  await carryOut(call, 'delete', `The group '${usergroup}'`, [{ root: { usergroup }, steps: [{ deleteUserGroup: {} }] }]);
}
