import { ConnectorError, type ErrorKind, type OperationKind } from '../../../protocol/model/index.js';

/** What a target says of a request that reached it in good order. */
const ANSWERS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['alreadyExists', 'unknownUid', 'invalidPassword', 'passwordExpired', 'invalidAttributeValue', 'preconditionFailed', 'preconditionRequired']);
const LOGINS: ReadonlySet<string> = new Set<OperationKind>(['authenticate', 'resolveUsername']);

/** Whether a failure shows trouble with the system or its configuration, and is no mere answer such as "there is no such object". */
export function isTrouble(error: unknown, operation: OperationKind | undefined): boolean {
  if (!(error instanceof ConnectorError)) return true;
  if (error.kind === 'invalidCredential') return operation === undefined || !LOGINS.has(operation);
  return !ANSWERS.has(error.kind);
}

/** The class of a failure without its package, e.g. `UnknownUidException`; never its message, which may name a value. */
export function failureClass(error: unknown): string {
  return error instanceof ConnectorError ? error.javaClass.slice(error.javaClass.lastIndexOf('.') + 1) : 'unexpected';
}
