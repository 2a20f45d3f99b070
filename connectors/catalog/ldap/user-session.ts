import { ACCOUNT, ConnectorError, type OperationOptions } from '../../../protocol/model/index.js';
import { findAccount } from './authenticate.js';
import type { LdapSession } from './connection.js';

export interface UserSession {
  readonly session: LdapSession;
  /** Ends the user's own connection, if one was opened. */
  close(): Promise<void>;
}

/**
 * The session to read with: bound as the user of the options runAsUser and runWithPassword on a connection of its own, or
 * the given one when there is no such option.
 */
export async function sessionAs(session: LdapSession, options: OperationOptions, signal: AbortSignal): Promise<UserSession> {
  const { runAsUser, runWithPassword } = options;
  if (runAsUser === undefined || runAsUser.trim() === '') return { session, close: () => Promise.resolve() };
  if (runWithPassword === undefined) throw new ConnectorError('illegalArgument', `The option RUN_AS_USER (${runAsUser}) needs RUN_WITH_PASSWORD.`);
  const account = await findAccount(session, ACCOUNT, runAsUser, options, signal);
  if (account === undefined) throw new ConnectorError('invalidCredential', `The user ${runAsUser} of the option RUN_AS_USER was not found at ${session.directory.url}.`);
  const { directory } = await session.directory.bindAs(account.dn, runWithPassword, signal);
  directory.transactionId = session.directory.transactionId;
  directory.permitTarget = session.directory.permitTarget;
  return { session: { ...session, directory }, close: () => directory.close() };
}
