import { ConnectorError, type ErrorKind, type OperationKind } from '../../../protocol/model/index.js';

/** What a target says of a request that reached it in good order. */
const ANSWERS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['alreadyExists', 'unknownUid', 'invalidPassword', 'passwordExpired', 'invalidAttributeValue', 'preconditionFailed', 'preconditionRequired']);
/** What shows only that the request makes no sense; the system may be well or not. */
const MISTAKES: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['illegalArgument', 'unsupportedOperation']);
const LOGINS: ReadonlySet<string> = new Set<OperationKind>(['authenticate', 'resolveUsername']);

/** Of a failure: `trouble` with the system or its configuration; a mere `answer` of it, such as "there is no such object"; a `mistake` of the requester's. */
export type FailureWeight = 'trouble' | 'answer' | 'mistake';

export function failureWeight(error: unknown, operation: OperationKind | undefined): FailureWeight {
  if (!(error instanceof ConnectorError)) return 'trouble';
  if (MISTAKES.has(error.kind)) return 'mistake';
  const isAnswer = error.kind === 'invalidCredential' ? operation !== undefined && LOGINS.has(operation) : ANSWERS.has(error.kind);
  return isAnswer ? 'answer' : 'trouble';
}

/** The class of a failure without its package, e.g. `UnknownUidException`; never its message, which may name a value. */
export function failureClass(error: unknown): string {
  return error instanceof ConnectorError ? error.javaClass.slice(error.javaClass.lastIndexOf('.') + 1) : 'unexpected';
}
