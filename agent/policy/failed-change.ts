import { ConnectorError, type ErrorKind } from '../../protocol/model/index.js';

/** Failures after which nothing has been changed, whatever the connector. */
const BEFORE_ANY_CHANGE: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'alreadyExists', 'configuration', 'connectionFailed', 'invalidCredential', 'unknownUid', 'permissionDenied', 'preconditionFailed', 'preconditionRequired', 'unsupportedOperation', 'illegalArgument',
]);

/** Whether a write that failed need not count as a change. In doubt it does. */
export function wasNotMade(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  return error.outcome === undefined ? BEFORE_ANY_CHANGE.has(error.kind) : error.outcome === 'notApplied';
}
