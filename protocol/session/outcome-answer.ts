import { ConnectorError, isOperationId, type WriteOutcome } from '../model/index.js';
import { decodeOperation, encodeError } from '../codec/index.js';
import { encodeMessage } from '../frame.js';
import { PROTOCOL_ERRORS, type OutcomeRequest } from '../message.js';
import { toConnectorError } from './connector-error.js';
import { Deadline } from './deadline.js';
import { OUTCOME } from './features.js';
import type { SessionGroup } from './group.js';
import { FIXED } from './limits.js';
import type { SocketLink } from './socket-link.js';

const underWay = new WeakMap<SessionGroup, number>();

/** Tells a peer what became of one of its writes. Executes nothing. */
export async function answerOutcome(group: SessionGroup, link: SocketLink, request: OutcomeRequest): Promise<void> {
  if (!group.features.has(OUTCOME)) {
    link.complain('The peer asked for the outcome of a write without having offered to.', { messageId: request.id });
    link.reply(encodeError(request.id, new ConnectorError('connector', PROTOCOL_ERRORS.unknownRequest)));
    return;
  }
  const answering = underWay.get(group) ?? 0;
  if (answering >= FIXED.outcomeAnswers) {
    group.reply(link, encodeError(request.id, new ConnectorError('retryable', 'Too many questions for outcomes at once.')));
    return;
  }
  underWay.set(group, answering + 1);
  const deadline = new Deadline(group.clock, group.log, FIXED.outcomeLook, () => new ConnectorError('operationTimeout', 'Looking at the target took too long.'), []);
  try {
    const outcome = await outcomeOf(group, request, deadline.signal);
    group.reply(link, encodeMessage({ kind: 'outcomeResponse', id: request.id, outcome }));
  } catch (error) {
    group.log.warn({ messageId: request.id, operationId: request.operationId, err: error }, 'What became of a write could not be told.');
    group.reply(link, encodeError(request.id, toConnectorError(error)));
  } finally {
    deadline.dispose();
    underWay.set(group, (underWay.get(group) ?? 1) - 1);
  }
}

async function outcomeOf(group: SessionGroup, { id, operationId, age, operation: request }: OutcomeRequest, signal: AbortSignal): Promise<WriteOutcome> {
  const { executor, codecLimits } = group.context;
  const { connectorKey, facadeKey, locale } = request;
  if (!isOperationId(operationId) || connectorKey === undefined) throw new ConnectorError('illegalArgument', 'The question for an outcome names no operation or no connector.');
  const origin = { peerSessionId: group.peerSessionId, principal: group.principal, messageId: id, locale };
  const relay = await executor?.relayFor?.(connectorKey, origin);
  if (relay !== undefined) {
    if (relay.outcomeOf !== undefined) return relay.outcomeOf({ operationId, age, operation: request }, codecLimits, signal);
    const target = relay.target();
    return target.journalId !== undefined && target.features.has(OUTCOME) ? target.askOutcome({ operationId, age, operation: request }, signal) : { state: 'unknown' };
  }
  if (executor?.outcomes === undefined) return { state: 'unknown' };
  const operation = decodeOperation(request.operation, codecLimits);
  return executor.outcomes.outcomeOf({ operationId, age, connectorKey, facadeKey, operation, origin }, signal);
}
