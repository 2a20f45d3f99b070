import { ConnectorError, type SingleOperation, type SingleResults } from '../model/index.js';
import { decodeResponse } from '../codec/index.js';
import type { Message } from '../message.js';
import { AbortRace } from './abort-race.js';
import { Deadline } from './deadline.js';
import { Deferred } from './deferred.js';
import { callerGaveUp, noAnswerInTime, wrongAnswer } from './request-errors.js';
import { OutgoingRequest } from './outgoing-request.js';
import type { SessionGroup } from './group.js';
import type { RemoteCall } from './remote-facade.js';

/** Sends an operation that has one answer and waits for it, for its timeout or for the caller to give up. */
export async function performRemotely<K extends SingleOperation['kind']>(
  group: SessionGroup, kind: K, call: RemoteCall, signal: AbortSignal,
): Promise<SingleResults[K]> {
  if (signal.aborted) throw callerGaveUp(call, signal.reason);
  const { clock, log, context: { codecLimits } } = group;
  const answer = new Deferred<Message>();
  const request = new OutgoingRequest<Message>(group, {
    ...call,
    onResponse: (response) => {
      request.complete();
      answer.resolve(response);
    },
    onFailure: answer.reject,
  });
  const deadline = new Deadline(clock, log, call.timeout, () => noAnswerInTime(call), [signal]);
  const race = new AbortRace(deadline.signal);
  try {
    await race.wait(request.start(deadline.signal));
    const message = await race.wait(answer.promise);
    if (message.kind !== 'operationResponse') throw wrongAnswer(call, message);
    return decodeResponse<SingleOperation['kind']>(kind, message.response, codecLimits).result as SingleResults[K];
  } catch (error) {
    throw error instanceof ConnectorError ? error : callerGaveUp(call, error);
  } finally {
    race.dispose();
    deadline.dispose();
    request.abandon();
  }
}
