import { ConnectorError, type WriteOutcome } from '../model/index.js';
import { encodeMessage } from '../frame.js';
import type { Message, OutcomeRequest } from '../message.js';
import { AbortRace } from './abort-race.js';
import { Deadline } from './deadline.js';
import { Deferred } from './deferred.js';
import { FIXED } from './limits.js';
import { OutgoingRequest, type RequestingGroup } from './outgoing-request.js';

/** Asks once what became of a write. Rejects with a ConnectorError when there is no answer in time, or none that can be used. */
export async function askOutcome(
  group: RequestingGroup<Message> & { nextId(): number }, question: Omit<OutcomeRequest, 'kind' | 'id'>, signal: AbortSignal,
): Promise<WriteOutcome> {
  const id = group.nextId();
  const answer = new Deferred<Message>();
  const request = new OutgoingRequest<Message>(group, {
    id, what: `question what became of operation ${question.operationId}`, isStream: false, repeatable: true,
    frame: encodeMessage({ kind: 'outcomeRequest', id, ...question }), cancelFrame: undefined,
    onResponse: answer.resolve, onFailure: answer.reject,
    progress: () => ({ received: 0, credits: 0, hasBegun: false }),   // lost with its socket, it is asked again at once
  });
  const deadline = new Deadline(group.clock, group.log, FIXED.outcomeAnswer,
    () => new ConnectorError('operationTimeout', `The peer did not say within ${FIXED.outcomeAnswer} ms what became of operation ${question.operationId}.`), [signal]);
  const race = new AbortRace(deadline.signal);
  try {
    await race.wait(request.start(deadline.signal));
    const message = await race.wait(answer.promise);
    if (message.kind === 'outcomeResponse') return message.outcome;
    throw new ConnectorError('connectorIo', `The peer answered a question for an outcome with a message of type ${message.kind}.`);
  } finally {
    race.dispose();
    deadline.dispose();
    request.complete();
  }
}
