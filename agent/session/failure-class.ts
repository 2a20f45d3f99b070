/** What kind of failure ended an attempt or a connection: a few words of ours, for figures; never a peer's text. */
export const FAILURE_CLASSES = [
  'closed',       // in good order, or without a reason
  'going_away',   // the other end stops or restarts
  'lost',         // cut, or silent for too long
  'protocol',     // something between the two ends, or one of them, does not keep to the protocol
  'refused',      // credentials, certificate or policy
  'overloaded',   // come back later
  'peer_error',   // the other end failed
  'dns', 'network', 'tls', 'proxy', 'other',
] as const;
export type FailureClass = typeof FAILURE_CLASSES[number];

const BY_CLOSE_CODE: Readonly<Record<number, FailureClass>> = {
  1000: 'closed', 1001: 'going_away', 1002: 'protocol', 1003: 'protocol', 1005: 'closed', 1006: 'lost', 1007: 'protocol', 1008: 'refused',
  1009: 'protocol', 1010: 'protocol', 1011: 'peer_error', 1012: 'going_away', 1013: 'overloaded', 1014: 'peer_error', 1015: 'tls', 4403: 'refused',
};

const BY_STATUS: Readonly<Record<number, FailureClass>> = { 400: 'protocol', 401: 'refused', 403: 'refused', 407: 'proxy', 426: 'protocol', 429: 'overloaded', 503: 'overloaded' };

const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);
const TLS = /CERT|SSL|TLS|SIGN|ISSUER|INVALID_PURPOSE|EPROTO/;

export function classOfClose(code: number): FailureClass {
  return BY_CLOSE_CODE[code] ?? 'other';
}

/** Of an error of dial or handshake: by the HTTP status that came instead of the upgrade, else by the system's or OpenSSL's code. */
export function classOfError(error: unknown): FailureClass {
  if (!(error instanceof Error)) return 'other';
  const { status, cause, code } = error as Error & { readonly status?: unknown; readonly code?: unknown };
  if (typeof status === 'number') return BY_STATUS[status] ?? (status >= 500 ? 'peer_error' : 'protocol');
  if (typeof code === 'string') return classOfCode(code);
  if (error instanceof AggregateError) return classOfError(error.errors[0]);
  return cause === undefined ? 'other' : classOfError(cause);
}

function classOfCode(code: string): FailureClass {
  if (DNS.has(code)) return 'dns';
  if (TLS.test(code)) return 'tls';
  return /^E[A-Z]+$/.test(code) ? 'network' : 'other';
}
