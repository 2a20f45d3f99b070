import type { Call } from '../../framework/spi.js';
import type { LdapSession } from './connection.js';

/**
 * Lets the requests of an operation carry its id (sendCAUDTxId), and its referrals lead only where it may go. A session runs one
 * operation at a time.
 */
export function tagged<R, T>(operation: (session: LdapSession, request: R, call: Call) => Promise<T>): (session: LdapSession, request: R, call: Call) => Promise<T> {
  return async (session, request, call) => {
    await tag(session, call);
    return await operation(session, request, call);
  };
}

/** The same for an operation without a request. */
export function taggedCall<T>(operation: (session: LdapSession, call: Call) => Promise<T>): (session: LdapSession, call: Call) => Promise<T> {
  return async (session, call) => {
    await tag(session, call);
    return await operation(session, call);
  };
}

export function taggedStream<R, T, E>(operation: (session: LdapSession, request: R, call: Call) => AsyncGenerator<T, E, void>): (session: LdapSession, request: R, call: Call) => AsyncGenerator<T, E, void> {
  return (session, request, call) => {
    session.directory.transactionId = call.operationId;
    session.directory.permitTarget = call.permitTarget;
    if (!mayBeAnywhere(session, call)) return operation(session, request, call);
    return checkedFirst(session, call, () => operation(session, request, call));
  };
}

async function* checkedFirst<T, E>(session: LdapSession, call: Call, results: () => AsyncGenerator<T, E, void>): AsyncGenerator<T, E, void> {
  await tag(session, call);
  return yield* results();
}

async function tag(session: LdapSession, call: Call): Promise<void> {
  session.directory.transactionId = call.operationId;
  session.directory.permitTarget = call.permitTarget;
  if (mayBeAnywhere(session, call)) await call.permitTarget?.(session.directory.server);
}

/** The server of the session was found by a DNS record: the configuration does not name it. */
function mayBeAnywhere({ config }: LdapSession, { permitTarget }: Call): boolean {
  return config.useDNSSRVRecord && permitTarget !== undefined;
}
