import { ConnectorError, type SingleOperation, type SingleResults } from '../model/index.js';
import { decodeResponse } from '../codec/index.js';
import type { Message } from '../message.js';
import { AbortRace } from './abort-race.js';
import { NO_MATTER } from './clock.js';
import { Deadline } from './deadline.js';
import { Deferred } from './deferred.js';
import type { SessionGroup } from './group.js';
import { OutgoingRequest } from './outgoing-request.js';
import type { RemoteCall } from './remote-facade.js';
import { callerGaveUp, noAnswerInTime, wrongAnswer } from './request-errors.js';

/** The answer is one message. */
const NOTHING_YET = { received: 0, credits: 0, hasBegun: false } as const;

/** How far a request got, for whoever has to know what a failure means. */
export interface Course {
  /** The peer itself has answered. */
  answered: boolean;
  /** It may have reached the peer. */
  left: boolean;
}

/** Sends an operation that has one answer, once, and waits for it, for its timeout or for the caller to give up. Throws a ConnectorError. */
export async function performOnce<K extends SingleOperation['kind']>(
  group: SessionGroup, kind: K, call: RemoteCall, signal: AbortSignal, course: Course,
): Promise<SingleResults[K]> {
  if (signal.aborted) throw callerGaveUp(call, signal.reason);
  const { clock, log, context: { codecLimits } } = group;
  const answer = new Deferred<Message>();
  const request = new OutgoingRequest<Message>(group, {
    ...call,
    onResponse: (response) => {
      course.answered = true;
      request.complete();
      answer.resolve(response);
    },
    onFailure: (error, frame) => {
      course.answered = frame !== undefined;
      answer.reject(error);
    },
    progress: () => NOTHING_YET,
  });
  const over = new AbortController();
  const replaced = new AbortController();
  if (call.write !== undefined) onReplaced(group, over.signal, () => replaced.abort(new ConnectorError('connectionBroken', `The connection to the peer was lost during the ${call.what}.`)));
  const deadline = new Deadline(clock, log, call.timeout, () => noAnswerInTime(call), [signal, replaced.signal]);
  const race = new AbortRace(deadline.signal);
  try {
    await race.wait(sent(request, deadline.signal, course));
    const message = await race.wait(answer.promise);
    if (message.kind !== 'operationResponse') throw wrongAnswer(call, message);
    return decodeResponse<SingleOperation['kind']>(kind, message.response, codecLimits).result as SingleResults[K];
  } catch (error) {
    throw error instanceof ConnectorError ? error : callerGaveUp(call, error);
  } finally {
    over.abort(NO_MATTER);
    race.dispose();
    deadline.dispose();
    request.abandon();
  }
}

/** A request that found no socket, or was too large for one, has not left; anything else may have. */
async function sent(request: OutgoingRequest<Message>, signal: AbortSignal, course: Course): Promise<void> {
  course.left = true;
  try {
    await request.start(signal);
  } catch (error) {
    course.left = !(error instanceof ConnectorError && (error.kind === 'connectionFailed' || error.kind === 'illegalArgument'));
    throw error;
  }
}

/** Tells, at most once, that the peer has gone and come back as another session: an answer by the old one will not come. */
function onReplaced(group: SessionGroup, signal: AbortSignal, tell: () => void): void {
  const watch = async (): Promise<void> => {
    while (group.isOperational || group.context.successorOf(group) === undefined) await group.context.joined.wait(group.clock, undefined, signal);
    tell();
  };
  watch().catch(() => undefined);
}
