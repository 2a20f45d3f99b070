import type { Call } from '../../framework/spi.js';
import type { LdapSession } from './connection.js';

/** Lets the requests of an operation carry its id (sendCAUDTxId). A session runs one operation at a time. */
export function tagged<R, T>(operation: (session: LdapSession, request: R, call: Call) => Promise<T>): (session: LdapSession, request: R, call: Call) => Promise<T> {
  return async (session, request, call) => {
    session.directory.transactionId = call.operationId;
    return await operation(session, request, call);
  };
}

export function taggedStream<R, T, E>(operation: (session: LdapSession, request: R, call: Call) => AsyncGenerator<T, E, void>): (session: LdapSession, request: R, call: Call) => AsyncGenerator<T, E, void> {
  return (session, request, call) => {
    session.directory.transactionId = call.operationId;
    return operation(session, request, call);
  };
}
