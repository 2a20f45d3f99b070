import type { Uid } from '../../../protocol/model/index.js';
import { refuse, requireObject, textAt, type JsonObject, type RestCall, type Written } from '../../engines/rest/index.js';
import { administratorFields } from './administrators.js';
import { changeBelongings, deleteUnusedPhone, phoneIdsOf, planBelongings } from './belongings.js';
import { asForm, plainText, responseOf } from './requests.js';
import { ALIASES, isAdmin } from './schema.js';

/** Ids of administrators begin with DE, those of users with DU. */
const isAdministratorId = (uid: string): boolean => uid.startsWith('DE');

export async function readAccount(call: RestCall, uid: string): Promise<JsonObject> {
  return responseOf(await call.send(isAdministratorId(uid) ? 'GET /admin/v1/admins/{uid}' : 'GET /admin/v1/users/{uid}', { variables: { uid }, uid }));
}

const OF_USERS = ['username', 'email', 'realname', 'notes', 'status', ...ALIASES];

/** Parameters of a user; an alias that repeats another is left out, as Duo does not tell them apart by case. */
function userFields({ object }: Written): JsonObject {
  const taken = new Set<string>();
  const isNew = (name: string): boolean => {
    const value = plainText(object[name]).toLowerCase();
    if (!ALIASES.includes(name) || value === '') return true;
    if (taken.has(value)) return false;
    return taken.add(value).has(value);
  };
  const names = OF_USERS.filter((name) => object[name] !== undefined && isNew(name));
  const all = names.some((name) => ALIASES.includes(name)) || object['aliases'] === undefined ? [] : ['aliases'];
  return Object.fromEntries([...names, ...all].map((name) => [name, object[name] ?? null]));
}

/** https://duo.com/docs/adminapi#create-user and #create-administrator */
export async function createAccount(call: RestCall, written: Written): Promise<JsonObject> {
  if (written.object['userType'] === 'admin') return responseOf(await call.send('POST /admin/v1/admins', { form: asForm(administratorFields(written)) }));
  const plan = await planBelongings(call, undefined, written.attributes);
  const user = responseOf(await call.send('POST /admin/v1/users', { form: asForm(userFields(written)) }));
  const uid = textAt(user, 'user_id');
  if (uid !== undefined) await changeBelongings(call, uid, plan, `The user was created with the uid '${uid}'.`);
  return requireObject(user, 'The answer to POST /admin/v1/users', 'applied');
}

/** https://duo.com/docs/adminapi#modify-user and #modify-administrator */
export async function updateAccount(call: RestCall, { value: uid }: Uid, written: Written): Promise<undefined> {
  const present = await readAccount(call, uid);
  const { userType } = written.object;
  if (userType !== undefined && userType !== (isAdmin(present) ? 'admin' : 'user')) refuse(`userType of '${uid}' cannot be changed: delete the account and create another one.`);
  if (isAdmin(present)) {
    const fields = administratorFields(written, present);
    if (Object.keys(fields).length > 0) await call.send('POST /admin/v1/admins/{uid}', { variables: { uid }, uid, form: asForm(fields) });
    return undefined;
  }
  const plan = await planBelongings(call, uid, written.attributes);
  const { status, ...fields } = userFields(written);
  // One who passes without a second factor is enabled, and goes on to.
  const changes: JsonObject = status === undefined || (status === 'active' && present['status'] === 'bypass') ? fields : { ...fields, status };
  if (Object.keys(changes).length > 0) await call.send('POST /admin/v1/users/{uid}', { variables: { uid }, uid, form: asForm(changes) });
  await changeBelongings(call, uid, plan, Object.keys(changes).length > 0 ? `The user '${uid}' was updated.` : '');
  return undefined;
}

/** https://duo.com/docs/adminapi#delete-user: phones stay, and are not deleted by Duo. */
export async function deleteAccount(call: RestCall, { value: uid }: Uid): Promise<void> {
  const present = await readAccount(call, uid);
  await call.answer(isAdmin(present) ? 'DELETE /admin/v1/admins/{uid}' : 'DELETE /admin/v1/users/{uid}', { variables: { uid }, uid });
  for (const phone of isAdmin(present) ? [] : phoneIdsOf(present)) {
    await deleteUnusedPhone(call, phone).catch((error: unknown) => call.log.warn({ uid, phone, error: error instanceof Error ? error.message : String(error) }, 'Duo: the user is deleted, and a phone that nobody has any more is not'));
  }
}

export function uidOfAccount(account: JsonObject): string | undefined {
  return textAt(account, isAdmin(account) ? 'admin_id' : 'user_id');
}
