import { ConnectorError } from '../../../protocol/model/index.js';

/** Where nothing had been sent yet. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return '';
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_/.test(code);
}

/** What came of a request that had no answer. `place`: method and address without query, for the message. */
export function httpFailure(error: unknown, place: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (isCertificate(code)) return new ConnectorError('connectionFailed', `${place}: the certificate of the server is not trusted (${reason}). Add its authority to the agent's trusted certificates.`, { cause: error, outcome: 'notApplied' });
  if (BEFORE_SENDING.has(code)) return new ConnectorError('connectionFailed', `${place}: the server cannot be reached (${reason}).`, { cause: error, outcome: 'notApplied' });
  if (TIMEOUTS.has(code)) return new ConnectorError('operationTimeout', `${place}: the server did not answer in time (${reason}).`, { cause: error });
  return new ConnectorError('connectorIo', `${place}: the connection failed before the answer was complete (${reason}).`, { cause: error });
}
