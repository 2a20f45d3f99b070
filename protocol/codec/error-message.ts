import { ConnectorError, ERROR_KINDS, withOutcome, type FailedWriteOutcome } from '../model/index.js';
import type { protobuf } from '../generated/messages.js';
import type { ErrorCause, ErrorMessage } from '../message.js';
import { errorOf } from './object-stream/exceptions.js';

const SENT_CAUSES = 4;
const READ_CAUSES = 16;
const NOT_OURS = 'java.lang.RuntimeException';

function causeOf(error: unknown): ErrorCause | undefined {
  if (error instanceof ConnectorError) return { javaClass: error.javaClass, message: error.message };
  return error instanceof Error ? { javaClass: NOT_OURS, message: error.message } : undefined;
}

/** The causes of an error as they travel: four at most, as Java sends. */
function causesOf(error: ConnectorError): ErrorCause[] {
  const causes: ErrorCause[] = [];
  let next: unknown = error.cause;
  while (causes.length < SENT_CAUSES) {
    const cause = causeOf(next);
    if (cause === undefined) break;
    causes.push(cause);
    next = (next as Error).cause;
  }
  return causes;
}

/** The error as a message under the request's id. Our stack traces stay here. */
export function toErrorMessage(id: number, error: ConnectorError): ErrorMessage {
  return { kind: 'error', id, javaClass: error.javaClass, message: error.message, causes: causesOf(error), stackTrace: '', outcome: error.outcome };
}

/** The error a peer reported; the class it named is kept when it is none of ours. */
export function connectorErrorOf({ javaClass, message, causes, outcome }: ErrorMessage): ConnectorError {
  const cause = causes.reduceRight<ConnectorError | undefined>((inner, { javaClass: type, message: text }) => errorOf(type, text, { cause: inner }), undefined);
  const error = errorOf(javaClass, message, { cause });
  return outcome === undefined ? error : withOutcome(error, outcome);
}

function nest(causes: readonly ErrorCause[]): protobuf.ExceptionMessage.InnerCause.$Properties | undefined {
  return causes.reduceRight<protobuf.ExceptionMessage.InnerCause.$Properties | undefined>(
    (inner, { javaClass, message }) => ({ exceptionClass: javaClass, message, ...(inner === undefined ? {} : { cause: inner }) }), undefined,
  );
}

export function toExceptionMessage({ javaClass, message, causes, stackTrace, outcome }: ErrorMessage): protobuf.ExceptionMessage.$Properties {
  const innerCause = nest(causes);
  return { exceptionClass: javaClass, message, stackTrace, ...(innerCause === undefined ? {} : { innerCause }), ...(outcome === undefined ? {} : { outcome }) };
}

function classOr(javaClass: string | null | undefined): string {
  return javaClass === null || javaClass === undefined || javaClass.trim() === '' ? ERROR_KINDS.connector.javaClass : javaClass;
}

export function fromExceptionMessage(id: number, error: protobuf.ExceptionMessage.$Properties): ErrorMessage {
  const causes: ErrorCause[] = [];
  let next = error.innerCause;
  while (next !== null && next !== undefined && causes.length < READ_CAUSES) {
    causes.push({ javaClass: classOr(next.exceptionClass), message: next.message ?? '' });
    next = next.cause;
  }
  const { outcome } = error;
  return {
    kind: 'error', id, javaClass: classOr(error.exceptionClass), message: error.message ?? '', causes, stackTrace: error.stackTrace ?? '',
    ...(isOutcome(outcome) ? { outcome } : {}),
  };
}

function isOutcome(text: string | null | undefined): text is FailedWriteOutcome {
  return text === 'applied' || text === 'notApplied' || text === 'unknown';
}
