import { Uid, type WriteOutcome } from '../model/index.js';
import type { protobuf } from '../generated/messages.js';
import { malformed } from './codec-errors.js';
import { errorOf } from './object-stream/exceptions.js';

type Fields = protobuf.OutcomeResponse.$Properties;

export function toOutcomeResponse(outcome: WriteOutcome): Fields {
  const { state } = outcome;
  if (state === 'failed') return { state, exceptionClass: outcome.error.javaClass, message: outcome.error.message };
  if (state !== 'applied' || outcome.uid === undefined) return { state };
  const { value, revision } = outcome.uid;
  return { state, uid: value, ...(revision === undefined ? {} : { revision }) };
}

/** Throws a ConnectorError for a state nobody knows: an outcome is never guessed. */
export function fromOutcomeResponse({ state, uid, revision, exceptionClass, message }: Fields): WriteOutcome {
  switch (state) {
    case 'applied':
      return appliedOf(uid ?? '', revision ?? undefined);
    case 'failed':
      return { state, error: errorOf(exceptionClass ?? '', message ?? '', {}) };
    case 'notApplied':
    case 'inProgress':
    case 'unknown':
    case 'neverSeen':
      return { state };
    default:
      throw malformed('an answer about the outcome of a write with a state that is none.');
  }
}

function appliedOf(uid: string, revision: string | undefined): WriteOutcome {
  return uid.trim() === '' ? { state: 'applied' } : { state: 'applied', uid: new Uid(uid, revision) };
}
