import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';

interface Ssh2Error extends Error { readonly level?: string; readonly code?: string | number; readonly reason?: number | string }

/** What Node and ssh2 say while a connection is made. `level`: https://github.com/mscdex/ssh2, "Client events", `error`. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection; nothing listens there, or a firewall answers',
  ENOTFOUND: 'is not known to the name service',
  EAI_AGAIN: 'could not be looked up: the name service does not answer',
  ETIMEDOUT: 'did not answer in time',
  EHOSTUNREACH: 'cannot be reached: there is no route to it',
  ENETUNREACH: 'cannot be reached: its network is not',
  ECONNRESET: 'closed the connection before the login',
};

/** A failure before the session was there: nothing was changed. */
export function openFailure(error: Ssh2Error, where: string, user: string, offered: readonly string[] = []): ConnectorError {
  const detail = { cause: error, outcome: 'notApplied' as const };
  if (error.level === 'client-authentication') {
    return new ConnectorError('invalidCredential', `The SSH server ${where} did not accept the login of ${user}. Check user and password or privateKey${offered.length === 0 ? '' : `; the server takes ${offered.join(', ')}`}.`, detail);
  }
  if (error.level === 'client-timeout') return new ConnectorError('connectionFailed', `The SSH server ${where} did not finish the login within connectionTimeout.`, detail);
  const known = SYSTEM_ERRORS[String(error.code)];
  if (known !== undefined) return new ConnectorError('connectionFailed', `The SSH server ${where} ${known}. Check host and port.`, detail);
  return new ConnectorError(error.level === 'handshake' || error.level === 'protocol' ? 'connectionFailed' : 'connectorIo', `The SSH server ${where}: ${error.message}.`, detail);
}

/** The server wants a new password (RFC 4252, 8) before it lets anybody in. */
export function passwordExpired(where: string, user: string): ConnectorError {
  return new ConnectorError('passwordExpired', `The password of ${user} on the SSH server ${where} has expired. Give the account another one, and the configuration too.`, { outcome: 'notApplied' });
}

/** The connection went away under work that was going on. */
export function broken(where: string, cause?: unknown): ConnectorError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new ConnectorError('connectionBroken', `The connection to the SSH server ${where} was lost${reason}.`, { cause, outcome: 'unknown' });
}

/** The server did not open a channel (RFC 4254, 5.1), so nothing was started. */
export function channelFailure(error: Ssh2Error, where: string, what: string): ConnectorError {
  const kind: ErrorKind = String(error.reason).includes('RESOURCE_SHORTAGE') ? 'retryable' : 'connectionFailed';
  return new ConnectorError(kind, `The SSH server ${where} did not start ${what}: ${error.message}.`, { cause: error, outcome: 'notApplied' });
}
