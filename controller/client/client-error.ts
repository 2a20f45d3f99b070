/** Statuses after which the same request may go well (RFC 9110 section 15, RFC 6585 section 4). */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

/** Why a request got no answer, or not the one it wanted. */
export type FailureKind =
  /** The controller answered with an error. */
  | 'refused'
  /** It could not be reached, or the connection broke. */
  | 'unreachable'
  /** The client's own time ran out. */
  | 'timeout'
  /** An answer came that is none of a controller's. */
  | 'unreadable';

export interface FailureFacts {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly detail?: unknown;
  readonly requestId?: string | undefined;
  /** The request changes nothing, or the same however often it is made. */
  readonly isRepeatable: boolean;
  readonly cause?: unknown;
}

/** A request that failed. What the caller aborted rejects with the caller's own reason instead. */
export class CausewayError extends Error {
  override readonly name = 'CausewayError';
  readonly kind: FailureKind;
  /** HTTP status; undefined without an answer. */
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly detail: unknown;
  /** By which the controller's log has it. */
  readonly requestId: string | undefined;
  /**
   * Whether making the same request again is safe and may help. A write that got no answer may have been carried out: it is not
   * retryable, unless writing it twice is the same as once.
   */
  readonly retryable: boolean;

  constructor(kind: FailureKind, message: string, { status, reason, detail, requestId, isRepeatable, cause }: FailureFacts) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.status = status;
    this.reason = reason;
    this.detail = detail;
    this.requestId = requestId;
    this.retryable = status === undefined ? isRepeatable && kind !== 'unreadable' : RETRYABLE.has(status) && (status === 429 || isRepeatable);
  }
}

const NAMES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };

/** The controller escapes messages for HTML; a program wants them as they were. */
export function plainMessage(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|#39);/g, (all, name: string) => NAMES[name] ?? all);
}
