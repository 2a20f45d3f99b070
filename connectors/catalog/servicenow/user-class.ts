import { valueAt, type Json, type RestAttributes, type RestCall, type RestObjectClass } from '../../engines/rest/index.js';
import { columnValue } from './columns.js';
import type { ServiceNowConfig } from './config.js';
import { AS_STORED, tableClass } from './table-class.js';

/**
 * A password is digested only where values are taken as people enter them (`sysparm_input_display_value`), which would change what other
 * columns mean: it is set by a request of its own. The digest that was read, sent back, stays what it is.
 */
async function setPassword(call: RestCall, uid: string, secret: Json): Promise<void> {
  const known = await call.send('GET /table/sys_user/{uid}', { variables: { uid }, uid, query: { ...AS_STORED, sysparm_fields: 'user_password' } });
  if (secret !== '' && columnValue(valueAt(known, 'result.user_password')) === secret) return;
  const query = { ...AS_STORED, sysparm_input_display_value: 'true', sysparm_fields: 'sys_id' };
  await call.answer('PATCH /table/sys_user/{uid}', { variables: { uid }, uid, query, json: { user_password: secret }, hasSecrets: true });
}

/** Users: both attributes of the password stand for the same column. */
export function userClass(attributes: RestAttributes): RestObjectClass<ServiceNowConfig> {
  const rows = Object.entries(attributes).map(([name, attribute]) => [name, attribute.wire === 'user_password' ? { ...attribute, apart: { set: setPassword } } : attribute]);
  return { ...tableClass('sys_user', Object.fromEntries(rows) as RestAttributes), aliases: ['User'] };
}
