import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';
import type { AnyConnector } from '../define-connector.js';

/** What Node's system errors mean, for connectors that let them through. */
const SYSTEM_ERRORS: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: 'connectionFailed', ENOTFOUND: 'connectionFailed', EAI_AGAIN: 'connectionFailed', EHOSTUNREACH: 'connectionFailed',
  ENETUNREACH: 'connectionFailed', ETIMEDOUT: 'connectionFailed', ECONNRESET: 'connectionBroken', EPIPE: 'connectionBroken',
  ENOENT: 'connectorIo', ENOSPC: 'connectorIo', EIO: 'connectorIo', EMFILE: 'connectorIo', EISDIR: 'connectorIo',
  EACCES: 'permissionDenied', EPERM: 'permissionDenied', EROFS: 'permissionDenied',
};

/** Undefined for what is no error of the system. */
export function systemErrorKind(error: unknown): ErrorKind | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? SYSTEM_ERRORS[code] : undefined;
}

function byConnector(connector: AnyConnector, error: unknown): ConnectorError | undefined {
  try {
    return connector.translateError?.(error);
  } catch {
    return undefined;
  }
}

/**
 * The error as the caller gets it. After an abort the reason of the abort counts, whatever the connector made of it; a
 * ConnectorError is the connector's own word; then its table, then Node's codes, then `connector`.
 */
export function translateError(connector: AnyConnector, error: unknown, signal: AbortSignal): ConnectorError {
  if (signal.aborted && signal.reason instanceof ConnectorError) return signal.reason;
  if (error instanceof ConnectorError) return error;
  const own = byConnector(connector, error);
  if (own !== undefined) return own;
  const message = error instanceof Error && error.message !== '' ? error.message : 'an error without a message';
  return new ConnectorError(systemErrorKind(error) ?? 'connector', `${connector.displayName}: ${message}`, { cause: error });
}

/** Errors that say something about the request and leave the session sound. */
const ABOUT_THE_REQUEST: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'alreadyExists', 'unknownUid', 'invalidAttributeValue', 'permissionDenied', 'invalidCredential', 'invalidPassword',
  'passwordExpired', 'preconditionFailed', 'preconditionRequired', 'unsupportedOperation', 'illegalArgument',
]);

/** Whether a session may go back to the pool after this outcome. */
export function leavesSessionSound(error: ConnectorError, signal: AbortSignal): boolean {
  return !signal.aborted && ABOUT_THE_REQUEST.has(error.kind);
}
