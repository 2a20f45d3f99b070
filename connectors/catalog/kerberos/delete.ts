import type { Call, DeleteRequest } from '../../framework/spi.js';
import { checkObjectClass } from './object-class.js';
import { withRealm } from './principal-names.js';
import type { KerberosSession } from './session.js';

export async function remove({ kadmin }: KerberosSession, { objectClass, uid }: DeleteRequest, call: Call): Promise<void> {
  checkObjectClass(objectClass);
  const principal = withRealm(uid.value, kadmin.settings.realm);
  await kadmin.query(['delprinc', '-force', principal], { what: `Deleting the principal ${principal}`, signal: call.signal });
}
