import type { OperationOptions } from '../../../protocol/model/index.js';
import type { LdapSession } from './connection.js';
import { sessionAs } from './user-session.js';

/** Runs an operation with the rights the options ask for; see {@link sessionAs}. */
export async function runAs<T>(session: LdapSession, options: OperationOptions, signal: AbortSignal, action: (session: LdapSession) => Promise<T>): Promise<T> {
  const user = await sessionAs(session, options, signal);
  try {
    return await action(user.session);
  } finally {
    await user.close();
  }
}
