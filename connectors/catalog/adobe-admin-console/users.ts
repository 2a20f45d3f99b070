import type { Uid } from '../../../protocol/model/index.js';
import { elementsAt, refuse, textAt, valueAt, type Json, type JsonObject, type RestCall, type Written } from '../../engines/rest/index.js';
import { carryOut } from './action.js';
import { groupIds, namesOfGroups } from './group-names.js';

export const GROUPS = '__GROUPS__';
/** https://adobe-apiplatform.github.io/umapi-documentation/en/api/getUser.html */
export const READ_USER = 'GET /usermanagement/organizations/{orgId}/users/{uid}';

/** Step that makes a user of the type; https://adobe-apiplatform.github.io/umapi-documentation/en/api/ActionsCmds.html */
const CREATES: Readonly<Record<string, string>> = { adobeid: 'addAdobeID', enterpriseid: 'createEnterpriseID', federatedid: 'createFederatedID' };
const INFORMATION = new Set(['email', 'country', 'firstname', 'lastname']);
/** Memberships one command adds, and as many it removes. */
const MOST_MEMBERSHIPS = 10;

/** Refuses a type Adobe has no users of. */
export function checkType({ object }: Written, operation: 'create' | 'update'): void {
  const type = textAt(object, 'type') ?? '';
  if (operation === 'create' && CREATES[type.toLowerCase()] === undefined) refuse(`type cannot be '${type.slice(0, 100)}'; it takes adobeID, enterpriseID, federatedID.`);
}

const texts = (value: Json | undefined): readonly string[] => elementsAt(value, '').filter((each) => typeof each === 'string');

/** Ids of the groups of a user, of which the service has the names. */
export const groupsOf = (call: RestCall, { groups }: JsonObject): Promise<readonly string[]> => groupIds(call, texts(groups));

/** Memberships to be removed and added, by the names of groups, in steps as large as one command may have them. */
function membershipSteps(removed: readonly string[], added: readonly string[]): readonly JsonObject[][] {
  const commands = Array.from({ length: Math.ceil(Math.max(removed.length, added.length) / MOST_MEMBERSHIPS) }, (_, index) => index * MOST_MEMBERSHIPS);
  const step = (name: string, groups: readonly string[], from: number): JsonObject[] => {
    const group = groups.slice(from, from + MOST_MEMBERSHIPS);
    return group.length === 0 ? [] : [{ [name]: { group } }];
  };
  return commands.map((from) => [...step('remove', removed, from), ...step('add', added, from)]);
}

/** What concerns the user goes with the first memberships, in one command. */
async function changed(call: RestCall, operation: 'create' | 'update', user: string, own: readonly JsonObject[], memberships: readonly JsonObject[][]): Promise<void> {
  const [first = [], ...rest] = memberships;
  const steps = [[...own, ...first], ...rest].filter((each) => each.length > 0);
  await carryOut(call, operation, `The user '${user}'`, steps.map((each) => ({ root: { user }, steps: each })));
}

/** Federated users alone have a user name that is not their address. */
export async function createUser(call: RestCall, { object }: Written): Promise<JsonObject> {
  const { username, groups } = object;
  const information = Object.fromEntries(Object.entries(object).filter(([name]) => INFORMATION.has(name)));
  const email = textAt(object, 'email') ?? '';
  const kind = (textAt(object, 'type') ?? '').toLowerCase();
  const added = await namesOfGroups(call, texts(groups));
  const renamed = kind === 'federatedid' && typeof username === 'string' && username !== email ? [{ update: { username } }] : [];
  await changed(call, 'create', email, [{ [CREATES[kind] ?? '']: information }, ...renamed], membershipSteps([], added));
  return { email };
}

export async function updateUser(call: RestCall, uid: Uid, { object }: Written): Promise<undefined> {
  const { groups, ...information } = object;
  const own = Object.keys(information).length === 0 ? [] : [{ update: information }];
  await changed(call, 'update', uid.value, own, groups === undefined ? [] : await membershipChanges(call, uid, texts(groups)));
}

async function membershipChanges(call: RestCall, uid: Uid, ids: readonly string[]): Promise<readonly JsonObject[][]> {
  const user = await call.send(READ_USER, { variables: { uid: uid.value }, uid: uid.value });
  const [wanted, present] = [new Set(await namesOfGroups(call, ids)), new Set(texts(valueAt(user, 'user.groups')))];
  return membershipSteps([...present].filter((name) => !wanted.has(name)), [...wanted].filter((name) => !present.has(name)));
}

/** The account itself stays: `deleteAccount` would destroy what the user has stored. */
export async function removeUser(call: RestCall, uid: Uid): Promise<void> {
  await carryOut(call, 'delete', `The user '${uid.value}'`, [{ root: { user: uid.value }, steps: [{ removeFromOrg: { deleteAccount: false } }] }]);
}
