import { DialError, REVOKED_ADVICE, printable, saysRevoked, type AnswerTraits } from '../session/failure-policy.js';
import { CONTROLLER, saidOf, type Partner } from '../session/partner.js';
import type { Pace } from '../session/backoff.js';

interface Explanation { readonly text: string; readonly pace?: Pace | 'fatal' }

const NO_COMMON_VERSION = 'the controller speaks no TLS version this agent accepts: 1.3, unless tls.minVersion: TLSv1.2 allows the older one, for a Java peer';

/** What the errors of DNS, TCP and TLS mean here, by `code`. Slow: only a person can end it. */
const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: { text: 'its name cannot be resolved; check the URL and the DNS server of this machine' },
  EAI_AGAIN: { text: 'the DNS server does not answer' },
  ECONNREFUSED: { text: 'nothing listens there (connection refused)' },
  ECONNRESET: { text: 'the connection was reset; a firewall, or a TLS setting the other side refuses (client certificate, protocol version)' },
  ETIMEDOUT: { text: 'no answer (timed out)' },
  EHOSTUNREACH: { text: 'there is no route to it' },
  ENETUNREACH: { text: 'there is no route to its network' },
  EPIPE: { text: 'the connection was reset' },
  CERT_HAS_EXPIRED: { text: "the controller's certificate has expired", pace: 'slow' },
  CERT_NOT_YET_VALID: { text: "the controller's certificate is not valid yet; check the clock of this machine", pace: 'slow' },
  SELF_SIGNED_CERT_IN_CHAIN: { text: "the controller's certificate is signed by an authority this agent does not trust; set tls.ca to its certificate", pace: 'slow' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { text: "the controller's certificate is self-signed and not trusted; set tls.ca", pace: 'slow' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { text: "the controller's certificate is signed by an authority this agent does not trust; set tls.ca to its certificate", pace: 'slow' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { text: "the controller's certificate is signed by an authority this agent does not trust; set tls.ca to its certificate", pace: 'slow' },
  UNABLE_TO_GET_ISSUER_CERT: { text: "the chain of the controller's certificate is incomplete", pace: 'slow' },
  CERT_SIGNATURE_FAILURE: { text: "the controller's certificate was not signed by the authority of tls.ca", pace: 'slow' },
  INVALID_PURPOSE: { text: "the controller's certificate is not meant for a server", pace: 'slow' },
  CERT_REVOKED: { text: "the controller's certificate is revoked", pace: 'slow' },
  ERR_TLS_CERT_ALTNAME_INVALID: { text: "the controller's certificate is for another host name; use a URL with a name it holds, or set tls.serverName", pace: 'slow' },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: { text: 'the controller wants a client certificate; enrol this agent (causeway agent enroll), or set tls.certificate and tls.key', pace: 'slow' },
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: { text: 'the controller refused the TLS handshake; it may want a client certificate', pace: 'slow' },
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: { text: "the controller does not trust the authority of this agent's certificate", pace: 'slow' },
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: { text: "the controller refused this agent's certificate", pace: 'slow' },
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: { text: "the controller refused this agent's certificate", pace: 'slow' },
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: { text: "this agent's certificate has expired; issue a new one, or enrol again (causeway agent enroll --replace)", pace: 'slow' },
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: { text: `this agent's certificate is revoked; ${REVOKED_ADVICE}`, pace: 'long' },
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: { text: NO_COMMON_VERSION, pace: 'slow' },
  ERR_SSL_UNSUPPORTED_PROTOCOL: { text: NO_COMMON_VERSION, pace: 'slow' },
  ERR_SSL_WRONG_VERSION_NUMBER: { text: 'what answers does not speak TLS; is the URL meant to begin with ws:// or is this the wrong port?', pace: 'slow' },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { text: 'what answers does not speak TLS; is this the wrong port?', pace: 'slow' },
};

/** Explains an error of the connection attempt; `where` is the URL, without credentials. */
export function explainDialError(error: unknown, where: string, partner: Partner = CONTROLLER): DialError {
  if (error instanceof DialError) return error;
  const first = error instanceof AggregateError ? (error.errors as unknown[])[0] : error; // every address of the host was tried
  const { message } = first as Error;
  const code = codeOf(first as NodeJS.ErrnoException);
  const known = code === undefined ? undefined : BY_CODE[code];
  const text = known === undefined ? message : saidOf(partner, known.text);
  return new DialError(`${where}: ${text}${code === undefined ? '' : ` (${code})`}`, { pace: known?.pace ?? 'normal', cause: error });
}

/** A TLS failure while writing comes as EPROTO, with OpenSSL's reason only in its text. */
export function codeOf({ code, message }: NodeJS.ErrnoException): string | undefined {
  const reason = code === 'EPROTO' ? /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** Errors that may mean that our certificate was refused: TLS 1.3 tells a client only after its own handshake, if at all. */
const BLAMES_CERTIFICATE = /^(ECONNRESET|EPIPE|ERR_SSL_\w*ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR))$/;

/** Whether another certificate of ours may fare better than the one shown on this connection. */
export function blamesCertificate(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof DialError && error.status !== undefined) return error.status === 401 || error.status === 403;
  const raw = error instanceof DialError ? error.cause : error;
  const first: unknown = raw instanceof AggregateError ? raw.errors[0] : raw;
  if (!(first instanceof Error)) return false;
  return BLAMES_CERTIFICATE.test(codeOf(first) ?? '') || saysRevoked(first.message);
}

interface HttpExplanation { readonly text: string; readonly pace: Pace }

const BY_STATUS: Readonly<Record<number, HttpExplanation>> = {
  400: { text: 'refused the upgrade as malformed', pace: 'slow' },
  401: { text: 'refused our credentials; check auth', pace: 'slow' },
  403: { text: 'does not let this agent in; check auth, the client certificate and the rights given to this agent', pace: 'slow' },
  404: { text: 'has no endpoint at this path; check the URL', pace: 'slow' },
  407: { text: 'wants proxy credentials; check proxy.principal and proxy.password', pace: 'slow' },
  426: { text: 'wants another protocol', pace: 'slow' },
  429: { text: 'asks us to come back later', pace: 'slow' },
};

/** An HTTP answer that came instead of the upgrade. */
export interface HttpRefusal {
  readonly status: number;
  /** `the controller`, or the proxy. */
  readonly who: string;
  /** What the other end says about it; shown on one bounded line. */
  readonly detail?: string | undefined;
  /** Milliseconds it asks us to stay away. */
  readonly waitAtLeast?: number | undefined;
  readonly answer?: AnswerTraits | undefined;
}

/** Explains an HTTP answer that came instead of the upgrade. */
export function explainStatus({ status, who, detail = '', waitAtLeast, answer }: HttpRefusal, where: string, partner: Partner = CONTROLLER): DialError {
  const known = BY_STATUS[status];
  const said = printable(detail) === '' ? '' : `: ${printable(detail)}`;
  const because = { status, waitAtLeast, answer };
  if (status === 403 && saysRevoked(detail)) return new DialError(`${where}: ${who} has revoked this agent${said} (HTTP 403); ${REVOKED_ADVICE}`, { ...because, pace: 'long' });
  if (known !== undefined) return new DialError(`${where}: ${who} ${saidOf(partner, known.text)} (HTTP ${status}${said})`, { ...because, pace: known.pace });
  if (status >= 300 && status < 400) return new DialError(`${where}: ${who} redirects, which is not followed; put the final URL into the configuration (HTTP ${status})`, { ...because, pace: 'slow' });
  return new DialError(`${where}: ${who} answered HTTP ${status} instead of opening a WebSocket${said}`, because);
}
