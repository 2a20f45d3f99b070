import type { Uid } from './attribute.js';

const ICF = 'org.identityconnectors.framework.common.exceptions.';

/**
 * Every kind of failure, with the Java class that travels on the wire (protocol section 7.16) and whether the same
 * request may succeed later without a change. Documented in docs/errors.md; a test holds the two together.
 */
export const ERROR_KINDS = {
  connector: { javaClass: `${ICF}ConnectorException`, retryable: false },
  alreadyExists: { javaClass: `${ICF}AlreadyExistsException`, retryable: false },
  configuration: { javaClass: `${ICF}ConfigurationException`, retryable: false },
  connectorIo: { javaClass: `${ICF}ConnectorIOException`, retryable: true },
  connectionBroken: { javaClass: `${ICF}ConnectionBrokenException`, retryable: true },
  connectionFailed: { javaClass: `${ICF}ConnectionFailedException`, retryable: true },
  connectorSecurity: { javaClass: `${ICF}ConnectorSecurityException`, retryable: false },
  invalidCredential: { javaClass: `${ICF}InvalidCredentialException`, retryable: false },
  invalidPassword: { javaClass: `${ICF}InvalidPasswordException`, retryable: false },
  passwordExpired: { javaClass: `${ICF}PasswordExpiredException`, retryable: false },
  unknownUid: { javaClass: `${ICF}UnknownUidException`, retryable: false },
  permissionDenied: { javaClass: `${ICF}PermissionDeniedException`, retryable: false },
  invalidAttributeValue: { javaClass: `${ICF}InvalidAttributeValueException`, retryable: false },
  operationTimeout: { javaClass: `${ICF}OperationTimeoutException`, retryable: true },
  preconditionFailed: { javaClass: `${ICF}PreconditionFailedException`, retryable: false },
  preconditionRequired: { javaClass: `${ICF}PreconditionRequiredException`, retryable: false },
  retryable: { javaClass: `${ICF}RetryableException`, retryable: true },
  unsupportedOperation: { javaClass: 'java.lang.UnsupportedOperationException', retryable: false },
  illegalArgument: { javaClass: 'java.lang.IllegalArgumentException', retryable: false },
  illegalState: { javaClass: 'java.lang.IllegalStateException', retryable: false },
} as const;

export type ErrorKind = keyof typeof ERROR_KINDS;

/** Whether a write that failed was carried out all the same, as far as anybody knows. */
export type FailedWriteOutcome = 'applied' | 'notApplied' | 'unknown';

export interface ConnectorErrorDetail {
  readonly cause?: unknown;
  /** Of a write, where the error's class does not tell: see {@link ConnectorError.outcome}. */
  readonly outcome?: FailedWriteOutcome | undefined;
  /** Only for `passwordExpired`: whose password it is. */
  readonly uid?: Uid | undefined;
  /** The class name as the peer sent it, when it is none of ours (e.g. `System.ArgumentException`). */
  readonly remoteClass?: string | undefined;
}

/** Characters. What a peer or target says goes to logs, audit and answers; it may not fill them. */
export const LONGEST_MESSAGE = 8192;
const LONGEST_CLASS = 256;

/** The text, cut where it is longer; says how much is missing. */
export function bounded(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length - longest} more characters)`;
}

/** The one error type that crosses module boundaries. The message names what, which system, which value, what to do. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ErrorKind;
  readonly uid: Uid | undefined;
  readonly remoteClass: string | undefined;
  /**
   * Of a write whose failure says nothing of its outcome, such as a timeout. `unknown`: it may have been carried out, so
   * look at the object before it is repeated. Undefined: the target's own refusal, or no write.
   */
  readonly outcome: FailedWriteOutcome | undefined;

  constructor(kind: ErrorKind, message: string, detail: ConnectorErrorDetail = {}) {
    super(bounded(message, LONGEST_MESSAGE), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.uid = detail.uid;
    this.remoteClass = detail.remoteClass === undefined ? undefined : bounded(detail.remoteClass, LONGEST_CLASS);
    this.outcome = detail.outcome;
  }

  get javaClass(): string {
    return this.remoteClass ?? ERROR_KINDS[this.kind].javaClass;
  }

  get retryable(): boolean {
    return this.outcome !== 'unknown' && this.outcome !== 'applied' && ERROR_KINDS[this.kind].retryable;
  }
}

/** The same failure, with what is known of the outcome of the write; `text` replaces the message. */
export function withOutcome(error: ConnectorError, outcome: FailedWriteOutcome, text = error.message): ConnectorError {
  return new ConnectorError(error.kind, text, { cause: error.cause, uid: error.uid, remoteClass: error.remoteClass, outcome });
}

const kindByJavaClass = new Map(Object.entries(ERROR_KINDS).map(([kind, { javaClass }]) => [javaClass.toLowerCase(), kind as ErrorKind]));

/** The kind for a Java class name, compared as Java peers do (whole name, any case). */
export function errorKindOf(javaClass: string): ErrorKind | undefined {
  return kindByJavaClass.get(javaClass.toLowerCase());
}
