import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';

/** An LDAP result other than success, as the server gave it; the `cause` of the ConnectorError made of it. */
export class LdapResultError extends Error {
  override readonly name = 'LdapResultError';
  readonly code: number;
  readonly matchedDn: string;
  /** The server's own text. */
  readonly diagnostic: string;

  constructor(code: number, matchedDn: string, diagnostic: string) {
    super(`${resultName(code)} (${code})`);
    this.code = code;
    this.matchedDn = matchedDn;
    this.diagnostic = diagnostic;
  }
}

interface ResultCode { readonly name: string; readonly kind: ErrorKind; readonly advice?: string }

/** RFC 4511 appendix A and the client-side codes, with what the Java connector throws for each. */
const RESULT_CODES: ReadonlyMap<number, ResultCode> = new Map<number, ResultCode>([
  [1, { name: 'operationsError', kind: 'connector' }],
  [2, { name: 'protocolError', kind: 'connector' }],
  [3, { name: 'timeLimitExceeded', kind: 'operationTimeout', advice: 'Narrow the search or raise the server\'s time limit.' }],
  [4, { name: 'sizeLimitExceeded', kind: 'connector', advice: 'Set useBlocks and usePagedResultControl, or raise the server\'s size limit for the principal.' }],
  [7, { name: 'authMethodNotSupported', kind: 'connectorSecurity', advice: 'Choose another authType.' }],
  [8, { name: 'strongerAuthRequired', kind: 'connectorSecurity', advice: 'Use ssl or startTLS.' }],
  [10, { name: 'referral', kind: 'connector' }],
  [11, { name: 'adminLimitExceeded', kind: 'connector', advice: 'Set useBlocks and usePagedResultControl, or raise the server\'s limits for the principal.' }],
  [12, { name: 'unavailableCriticalExtension', kind: 'unsupportedOperation' }],
  [13, { name: 'confidentialityRequired', kind: 'connectorSecurity', advice: 'Use ssl or startTLS.' }],
  [14, { name: 'saslBindInProgress', kind: 'connectorSecurity' }],
  [16, { name: 'noSuchAttribute', kind: 'invalidAttributeValue' }],
  [17, { name: 'undefinedAttributeType', kind: 'invalidAttributeValue' }],
  [18, { name: 'inappropriateMatching', kind: 'illegalArgument' }],
  [19, { name: 'constraintViolation', kind: 'invalidAttributeValue' }],
  [20, { name: 'attributeOrValueExists', kind: 'invalidAttributeValue' }],
  [21, { name: 'invalidAttributeSyntax', kind: 'invalidAttributeValue' }],
  [32, { name: 'noSuchObject', kind: 'unknownUid' }],
  [33, { name: 'aliasProblem', kind: 'connector' }],
  [34, { name: 'invalidDNSyntax', kind: 'invalidAttributeValue' }],
  [36, { name: 'aliasDereferencingProblem', kind: 'connector' }],
  [48, { name: 'inappropriateAuthentication', kind: 'invalidCredential' }],
  [49, { name: 'invalidCredentials', kind: 'invalidCredential' }],
  [50, { name: 'insufficientAccessRights', kind: 'permissionDenied' }],
  [51, { name: 'busy', kind: 'retryable' }],
  [52, { name: 'unavailable', kind: 'connectionFailed' }],
  [53, { name: 'unwillingToPerform', kind: 'permissionDenied' }],
  [54, { name: 'loopDetect', kind: 'connector' }],
  [60, { name: 'sortControlMissing', kind: 'connector' }],
  [61, { name: 'offsetRangeError', kind: 'illegalArgument' }],
  [64, { name: 'namingViolation', kind: 'invalidAttributeValue' }],
  [65, { name: 'objectClassViolation', kind: 'invalidAttributeValue' }],
  [66, { name: 'notAllowedOnNonLeaf', kind: 'connector', advice: 'Delete its children first, or set allowTreeDelete.' }],
  [67, { name: 'notAllowedOnRDN', kind: 'invalidAttributeValue' }],
  [68, { name: 'entryAlreadyExists', kind: 'alreadyExists' }],
  [69, { name: 'objectClassModsProhibited', kind: 'invalidAttributeValue' }],
  [71, { name: 'affectsMultipleDSAs', kind: 'connector' }],
  [76, { name: 'virtualListViewError', kind: 'connector' }],
  [80, { name: 'other', kind: 'connector' }],
  [81, { name: 'serverDown', kind: 'connectionFailed' }],
  [85, { name: 'timeout', kind: 'operationTimeout' }],
  [91, { name: 'connectError', kind: 'connectionFailed' }],
  [118, { name: 'canceled', kind: 'connector' }],
]);

export function resultName(code: number): string {
  return RESULT_CODES.get(code)?.name ?? 'unknown result';
}

/** The LDAP result code behind an error, if a server's answer is what failed. */
export function resultCodeOf(error: unknown): number | undefined {
  if (error instanceof LdapResultError) return error.code;
  return error instanceof ConnectorError && error.cause instanceof LdapResultError ? error.cause.code : undefined;
}

const MAX_DIAGNOSTIC = 300;

interface AdCode { readonly kind: ErrorKind; readonly meaning: string }

/** System errors with which Active Directory begins its texts, where its result code says less (MS-ERREF 2.2). */
const AD_CODES: ReadonlyMap<string, AdCode> = new Map([
  ['00000056', { kind: 'invalidCredential', meaning: 'The current password is wrong.' }],
  ['0000052D', { kind: 'invalidAttributeValue', meaning: 'The new password does not meet the length, complexity, age or history requirements of the domain.' }],
  ['80090346', { kind: 'connectorSecurity', meaning: 'The server wants the bind tied to the TLS connection (channel binding), which is not supported: set LdapEnforceChannelBinding to 1 there, or use authType simple over TLS.' }],
  ['0000001F', { kind: 'connectorSecurity', meaning: 'Passwords are set over a secure connection only: use ssl or startTLS.' }],
]);

function adCode(diagnostic: string): AdCode | undefined {
  return AD_CODES.get(/^([0-9A-Fa-f]{8}):/.exec(diagnostic)?.[1]?.toUpperCase() ?? '');
}

/** A server's text fit for a message: one line, of bounded length, without the full stop at its end. */
function diagnosticText(text: string): string {
  const line = text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim().replace(/\.$/, '');
  return line.length > MAX_DIAGNOSTIC ? `${line.slice(0, MAX_DIAGNOSTIC)}…` : line;
}

export interface FailedRequest {
  /** What was asked, e.g. `modify`. */
  readonly operation: string;
  /** The entry or search base concerned. */
  readonly dn: string;
  /** URL of the server. */
  readonly server: string;
  /** Kinds that differ from the table for this request. */
  readonly kinds?: Readonly<Record<number, ErrorKind>>;
}

/** The ConnectorError for a result code: what was done, to which entry, where, what the server said. Never values. */
export function resultError(result: LdapResultError, request: FailedRequest): ConnectorError {
  const known = RESULT_CODES.get(result.code);
  const meant = adCode(result.diagnostic);
  const kind = meant?.kind ?? request.kinds?.[result.code] ?? known?.kind ?? 'connector';
  const said = diagnosticText(result.diagnostic);
  const advice = meant?.meaning ?? known?.advice;
  const message = `LDAP ${request.operation} of "${request.dn}" at ${request.server} failed: ${result.message}`
    + `${said === '' ? '' : `: ${said}`}.${advice === undefined ? '' : ` ${advice}`}`;
  return new ConnectorError(kind, message, { cause: result });
}

const SOCKET_CODES: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['ECONNREFUSED', 'connectionFailed'], ['ENOTFOUND', 'connectionFailed'], ['EAI_AGAIN', 'connectionFailed'],
  ['EHOSTUNREACH', 'connectionFailed'], ['ENETUNREACH', 'connectionFailed'], ['ETIMEDOUT', 'connectionFailed'],
  ['ECONNRESET', 'connectionBroken'], ['EPIPE', 'connectionBroken'], ['ECONNABORTED', 'connectionBroken'],
]);

/** Target error → ConnectorError, for what reaches the facade untranslated. */
export function toConnectorError(error: unknown): ConnectorError | undefined {
  if (error instanceof ConnectorError) return error;
  if (error instanceof LdapResultError) return resultError(error, { operation: 'request', dn: error.matchedDn, server: 'the server' });
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const kind = SOCKET_CODES.get(error.code);
  return kind === undefined ? undefined : new ConnectorError(kind, `The LDAP connection failed: ${error.message}`, { cause: error });
}
