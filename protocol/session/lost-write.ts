import { ConnectorError, type Uid, type WriteOutcome } from '../model/index.js';
import type { OutcomeRequest } from '../message.js';
import { Deadline } from './deadline.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';

/** A write of ours as its executor knows it. */
export interface SentWrite {
  readonly operationId: string;
  /** For errors, e.g. `create of __ACCOUNT__ by …`. */
  readonly what: string;
  /** Made only when it is needed. */
  question(): OutcomeRequest['operation'];
}

/** What is left when the questions are over. `why` it stays unknown. */
export type SettledOutcome =
  | Extract<WriteOutcome, { readonly state: 'applied' | 'failed' }>
  | { readonly state: 'notApplied' | 'neverSeen' }
  | { readonly state: 'unknown'; readonly why: string };

interface Patience {
  /** When it was sent, as the clock says. */
  readonly sentAt: number;
  /** Milliseconds from now. */
  readonly time: number;
  readonly signal: AbortSignal;
}

/**
 * The answer of a write was lost: asks for its outcome on whatever socket leads to the journal it was written in, as soon
 * as there is one, until it is told or the time is over. Never rejects: what cannot be told is `unknown`.
 */
export async function settleLostWrite(group: SessionGroup, write: SentWrite, { sentAt, time, signal }: Patience): Promise<SettledOutcome> {
  const { clock, log, context } = group;
  const deadline = new Deadline(clock, log, time, () => new ConnectorError('operationTimeout', 'the time is over'), [signal]);
  let why = 'the agent that had it has not come back';
  try {
    for (let pause: number = FIXED.outcomeFirstPause; ; pause = Math.min(pause * 2, FIXED.outcomeLongestPause)) {
      const successor = context.successorOf(group);
      if (successor === undefined) {
        await context.joined.wait(clock, undefined, deadline.signal);
        continue;
      }
      try {
        const outcome = await successor.askOutcome({ operationId: write.operationId, age: Math.max(0, Math.round(clock.now() - sentAt)), operation: write.question() }, deadline.signal);
        const { state } = outcome;
        if (state === 'unknown') return { state, why: 'the agent itself cannot tell' };
        if (state === 'applied' || state === 'failed') return outcome;
        if (state !== 'inProgress') return { state };
        why = 'the agent is still at it';
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
        if (error instanceof ConnectorError && error.kind === 'permissionDenied') return { state: 'unknown', why };
      }
      await clock.sleep(pause, deadline.signal);
    }
  } catch {
    return { state: 'unknown', why };
  } finally {
    deadline.dispose();
  }
}

/** What the caller of a lost write is told; the uid when it was applied. */
export function toldOutcome(write: SentWrite, outcome: SettledOutcome, lost: ConnectorError): Uid | undefined {
  switch (outcome.state) {
    case 'applied':
      return outcome.uid;
    case 'failed':
      throw outcome.error;
    case 'notApplied':
    case 'neverSeen':
      throw new ConnectorError('retryable', `The ${write.what} was not carried out, and nothing was changed: ${lost.message} Try again.`, { cause: lost, outcome: 'notApplied' });
    case 'unknown':
      throw outcomeUnknown(write, outcome.why, lost);
  }
}

export function outcomeUnknown({ what, operationId }: Pick<SentWrite, 'what' | 'operationId'>, why: string, lost: ConnectorError): ConnectorError {
  return new ConnectorError('connector',
    `Outcome unknown: whether the ${what} was carried out cannot be told (${why}). Look at the object before you repeat it. Operation ${operationId}: ${lost.message}`,
    { cause: lost, outcome: 'unknown' });
}
