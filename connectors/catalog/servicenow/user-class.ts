import { ConnectorError, withOutcome, type Uid } from '../../../protocol/model/index.js';
import type { RestAttributes } from '../../engines/rest/attributes.js';
import type { RestObjectClass, Written } from '../../engines/rest/definition.js';
import { isJsonObject, textAt, valueAt, type Json, type JsonObject } from '../../engines/rest/json.js';
import { requireObject, type RestCall } from '../../engines/rest/rest-call.js';
import { columnValue } from './columns.js';
import type { ServiceNowConfig } from './config.js';
import { AS_STORED, tableClass } from './table-class.js';
import { settledName } from './two-names.js';

const TABLE = '/table/sys_user';

function withoutPassword({ user_password: secret, ...rest }: JsonObject): { readonly secret: Json | undefined; readonly rest: JsonObject } {
  return { secret, rest };
}

/**
 * A password is digested only where values are taken as people enter them (`sysparm_input_display_value`), which would change what other
 * columns mean: it is set by a request of its own. The digest that was read, sent back, stays what it is.
 */
async function setPassword(call: RestCall, uid: string, secret: Json): Promise<void> {
  const known = await call.send(`GET ${TABLE}/{uid}`, { variables: { uid }, uid, query: { ...AS_STORED, sysparm_fields: 'user_password' } });
  if (secret !== '' && columnValue(valueAt(known, 'result.user_password')) === secret) return;
  await call.answer(`PATCH ${TABLE}/{uid}`, { variables: { uid }, uid, query: { ...AS_STORED, sysparm_input_display_value: 'true', sysparm_fields: 'sys_id' }, json: { user_password: secret }, hasSecrets: true });
}

async function afterwards(call: RestCall, uid: string, secret: Json | undefined, before: string): Promise<void> {
  if (secret === undefined) return;
  try {
    await setPassword(call, uid, secret);
  } catch (error) {
    if (before === '' || !(error instanceof ConnectorError)) throw error;
    throw withOutcome(error, 'applied', `${before} Its password was not set: ${error.message}`);
  }
}

async function createUser(call: RestCall, { object }: Written): Promise<JsonObject> {
  const { secret, rest } = withoutPassword(object);
  const made = requireObject(valueAt(await call.send(`POST ${TABLE}`, { query: AS_STORED, json: rest }), 'result'), 'The answer to the creation of a user', 'applied');
  const uid = textAt(made, 'sys_id');
  if (uid !== undefined) await afterwards(call, uid, secret, `The user was created with the uid '${uid}'.`);
  return made;
}

async function updateUser(call: RestCall, user: Uid, written: Written): Promise<JsonObject | undefined> {
  const uid = user.value;
  const { secret, rest } = withoutPassword(await settledName(call, 'sys_user', user, written, 'email'));
  const isMore = Object.keys(rest).length > 0;
  const changed = isMore ? valueAt(await call.send(`PATCH ${TABLE}/{uid}`, { variables: { uid }, uid, query: AS_STORED, json: rest }), 'result') : undefined;
  await afterwards(call, uid, secret, isMore ? `The user '${uid}' was updated.` : '');
  return isJsonObject(changed) ? changed : undefined;
}

/** Users, whose passwords need a request of their own. */
export function userClass(attributes: RestAttributes): RestObjectClass<ServiceNowConfig> {
  return { ...tableClass('sys_user', attributes), aliases: ['User'], create: createUser, update: updateUser };
}
