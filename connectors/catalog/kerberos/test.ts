import type { Call } from '../../framework/spi.js';
import type { KerberosSession } from './session.js';

/** As TestKerberos.groovy: the whole way, by a command that changes nothing. */
export async function test({ kadmin }: KerberosSession, call: Call): Promise<void> {
  await kadmin.query(['list_policies'], { what: 'Testing kadmin', signal: call.signal, readOnly: true });
}
