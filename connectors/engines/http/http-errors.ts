import { ConnectorError, type FailedWriteOutcome } from '../../../protocol/model/index.js';

/** Where nothing had been sent yet. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT',
]);
const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** The other end broke off the handshake, or speaks no TLS; EPROTO is what Node calls some of them. */
const NO_TLS = /^(?:write )?EPROTO$|^ERR_SSL_.*(?:ALERT|WRONG_VERSION|UNSUPPORTED_PROTOCOL|PACKET_LENGTH)/;
const NOT_TRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_/;

/** The first code along the causes; a read or a write that fails later may have the code of a connection that was never made. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code, syscall = '' } = at as NodeJS.ErrnoException;
    if (typeof code === 'string') return ['read', 'write'].includes(syscall) ? `${syscall} ${code}` : code;
  }
  return '';
}

/** Where several addresses of one name fail, Node's error has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

/**
 * What came of a request that had no answer. `place`: method and address without query, for the message; `outcome`: what is known of the
 * request when it was sent and the answer did not come.
 */
export function httpFailure(error: unknown, place: string, outcome?: FailedWriteOutcome): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  const reason = reasonOf(error);
  const before = { cause: error, outcome: 'notApplied' } as const;
  const after = { cause: error, outcome };
  if (code === 'UND_ERR_INVALID_ARG') return new ConnectorError('illegalArgument', `${place}: the request cannot be sent (${reason}). Correct its address and headers.`, before);
  if (NO_TLS.test(code)) return new ConnectorError('connectionFailed', `${place}: the server ended the TLS handshake (${reason}). Check the port, and whether it wants a client certificate.`, before);
  if (NOT_TRUSTED.test(code)) return new ConnectorError('connectionFailed', `${place}: the certificate of the server is not trusted (${reason}). Add its authority to the agent's trusted certificates, or correct the host name.`, before);
  if (BEFORE_SENDING.has(code)) return new ConnectorError('connectionFailed', `${place}: the server cannot be reached (${reason}). Check host, port and the network.`, before);
  if (TIMEOUTS.has(code)) return new ConnectorError('operationTimeout', `${place}: the server did not answer in time (${reason}).`, after);
  return new ConnectorError('connectorIo', `${place}: the connection failed before the answer was complete (${reason}).`, after);
}
