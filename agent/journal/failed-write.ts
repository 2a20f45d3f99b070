import { ConnectorError, type ErrorKind } from '../../protocol/model/index.js';
import type { Ended } from './journal-record.js';

/** With these the target, or the connector before it, has said no: the error is the outcome. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'alreadyExists', 'configuration', 'connectionFailed', 'connectorSecurity', 'invalidCredential', 'invalidPassword', 'passwordExpired', 'unknownUid', 'permissionDenied',
  'invalidAttributeValue', 'preconditionFailed', 'preconditionRequired', 'unsupportedOperation', 'illegalArgument', 'illegalState', 'retryable', 'connector',
]);

/** What a failure says of the write. After an abort every failure is the abort's, whatever it looks like. */
export function outcomeOfFailure(error: ConnectorError, signal: AbortSignal): Ended {
  if (error.outcome === 'notApplied') return { state: 'notApplied' };
  if (error.outcome !== undefined || signal.aborted || !REFUSALS.has(error.kind)) return { state: 'unknown' };
  return { state: 'failed', error };
}

/** What the answer of a server says of a write that was passed on to it. `isInDoubt`: it was asked to stop, and may say so in any words. */
export function outcomeOfAnswer(error: ConnectorError, isInDoubt: boolean): Ended {
  if (error.outcome === 'applied' || error.outcome === 'notApplied') return { state: error.outcome };
  if (error.outcome === 'unknown' || isInDoubt || !REFUSALS.has(error.kind)) return { state: 'unknown' };
  return { state: 'failed', error };
}

const SENTENCES = {
  applied: 'Outcome: applied; the agent has looked, and the write was carried out.',
  notApplied: 'Outcome: not applied; nothing was changed.',
  unknown: 'Outcome unknown to the agent: the write may have been carried out, so look at the object before you repeat it.',
} as const;

/** The error with its outcome in plain words, for peers that know no other form of it. */
export function saying(error: ConnectorError, outcome: keyof typeof SENTENCES, operationId: string): ConnectorError {
  const about = outcome === 'notApplied' ? '' : ` Operation ${operationId}.`;
  return new ConnectorError(error.kind, `${error.message} ${SENTENCES[outcome]}${about}`, { cause: error.cause, uid: error.uid, remoteClass: error.remoteClass, outcome });
}
