import { ConnectorError, withOutcome, type SingleOperation, type SingleResults } from '../model/index.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';
import { outcomeUnknown, settleLostWrite, toldOutcome, type SentWrite } from './lost-write.js';
import { performOnce, type Course } from './perform-once.js';
import type { RemoteCall } from './remote-facade.js';

/** A write at a peer that keeps a journal of them. */
export interface JournaledWrite extends SentWrite {
  /** The same write under a new id, for another session with the same agent. */
  again(group: SessionGroup): RemoteCall;
}

type Kind = SingleOperation['kind'];

/**
 * Sends a write and waits for its answer. When the answer is lost, its outcome is asked for, so that the caller is told the
 * truth: the result as if nothing had happened, that nothing was changed, or plainly that it is unknown. A write that has
 * certainly not come is sent once more.
 */
export async function writeRemotely<K extends Kind>(group: SessionGroup, kind: K, call: RemoteCall, signal: AbortSignal, isRepeat = false): Promise<SingleResults[K]> {
  const course: Course = { answered: false, left: false };
  const sentAt = group.clock.now();
  try {
    return await performOnce(group, kind, call, signal, course);
  } catch (error) {
    const lost = error as ConnectorError;
    if (course.answered) throw lost;
    if (!course.left) throw lost.outcome === undefined ? withOutcome(lost, 'notApplied') : lost;
    const { write } = call;
    if (write === undefined) throw withOutcome(lost, 'unknown', `${lost.message} Outcome unknown: the ${call.what} may have been carried out; look at the object before you repeat it.`);
    if (signal.aborted) throw outcomeUnknown(write, 'its caller gave up before the answer came', lost);
    return settle(group, kind, { call, write, lost, sentAt, isRepeat }, signal);
  }
}

interface Lost { readonly call: RemoteCall; readonly write: JournaledWrite; readonly lost: ConnectorError; readonly sentAt: number; readonly isRepeat: boolean }

async function settle<K extends Kind>(group: SessionGroup, kind: K, { call, write, lost, sentAt, isRepeat }: Lost, signal: AbortSignal): Promise<SingleResults[K]> {
  const { clock, log, limits } = group;
  const end = sentAt + (call.timeout ?? limits.resendTimeout);
  const outcome = await settleLostWrite(group, write, { sentAt, time: patienceOf(call, end - clock.now()), signal });
  log.info({ operationId: write.operationId, outcome: outcome.state, lost: lost.message }, 'The answer of a write was lost; its outcome was asked for.');
  const successor = group.context.successorOf(group);
  if (outcome.state === 'neverSeen' && !isRepeat && clock.now() < end && !signal.aborted && successor !== undefined) {
    return writeRemotely(successor, kind, write.again(successor), signal, true);
  }
  if (outcome.state === 'applied' && (kind === 'scriptOnConnector' || kind === 'scriptOnResource')) {
    throw new ConnectorError('connector',
      `The ${write.what} ran to its end, but its result was lost with the connection; it was not run again. Operation ${write.operationId}: ${lost.message}`, { cause: lost, outcome: 'applied' });
  }
  return (toldOutcome(write, outcome, lost) ?? (kind === 'delete' ? undefined : null)) as SingleResults[K];
}

/** Milliseconds to ask for the outcome of a write. `left`: of the write's own time. */
function patienceOf({ timeout, outcomePatience }: RemoteCall, left: number): number {
  const patience = outcomePatience ?? (timeout === undefined ? Math.min(left, FIXED.outcomePatience) : left);
  return Math.max(FIXED.outcomeGrace, patience);
}
