import { ConnectorError, withOutcome, type OperationKind } from '../model/index.js';
import { encodeError } from '../codec/index.js';
import type { OperationRequest } from '../message.js';
import { answerOperation } from './answer-operation.js';
import type { RequestNature } from './executing-requests.js';
import { OUTCOME } from './features.js';
import type { SessionGroup } from './group.js';
import { RequestTimes } from './request-times.js';
import type { SocketLink } from './socket-link.js';

const NATURE: Readonly<Record<OperationKind, RequestNature>> = {
  test: 'read', validate: 'read', schema: 'read', get: 'read', resolveUsername: 'read', latestSyncToken: 'read', search: 'read', sync: 'read',
  queryBatch: 'read', subscribeToObjects: 'subscription', subscribeToChanges: 'subscription',
  create: 'write', update: 'write', delete: 'write', authenticate: 'write', scriptOnConnector: 'write', scriptOnResource: 'write', batch: 'write',
};

/** Whether an operation only looks, may change something, or goes on until it is told to stop. */
export function natureOf(kind: OperationKind): RequestNature {
  return NATURE[kind];
}

/** Why nothing is taken on now: the session is ending, or its owner has too much to do. */
function refusalOf({ context: { refusal, executor } }: SessionGroup, kind: OperationKind | undefined): string | undefined {
  return refusal ?? executor?.refusal?.(kind);
}

/** Registers an operation the moment it arrives, so that no cancel can miss it, and starts it when there is room. */
export function admitOperation(group: SessionGroup, link: SocketLink, request: OperationRequest, frame: Uint8Array): void {
  const { kind } = request.operation;
  const isWrite = kind !== undefined && natureOf(kind) === 'write';
  // A write that was not begun may be sent to another agent: a requester of ours is told so.
  const refuse = (error: ConnectorError) => group.reply(link, encodeError(request.id, isWrite ? withOutcome(error, 'notApplied') : error, group.features.has(OUTCOME)));
  const { limits } = group;
  const refusal = refusalOf(group, kind);
  if (refusal !== undefined && !group.executing.has(request.id)) {
    refuse(new ConnectorError('retryable', refusal));
    return;
  }
  if (group.answers.isOver(request.id)) {                 // it came twice: on another socket, the first time
    group.answers.resend(request.id, link);
    return;
  }
  const times = new RequestTimes(group, request);
  const admission = group.executing.admit({
    id: request.id, frame, nature: kind === undefined ? 'read' : natureOf(kind),
    run: (executing) => {
      times.started();
      return answerOperation(group, executing, request).finally(() => times.ended());
    },
  });
  switch (admission) {
    case 'busy':
      refuse(new ConnectorError('retryable', `The connector server is busy: ${limits.maxConcurrentRequests} operations of this controller are under way (maxConcurrentRequests) `
        + `and ${limits.maxQueuedRequests} may wait (maxQueuedRequests), with ${limits.maxBufferedBytes} bytes of requests at most. Nothing was done. Try again later.`));
      return;
    case 'conflict':
      link.complain('The peer used the id of a request that is still executing for another one.', { messageId: request.id });
      refuse(new ConnectorError('illegalState', `Request has been registered with id: ${request.id}`));
      return;
    case 'repeated':
    case 'cancelled':
      group.log.debug({ messageId: request.id }, 'Dropped a request that came twice or was cancelled before it came.');
      return;
    case 'accepted':
    case 'waiting':
      times.accepted(admission === 'waiting');
      return;
  }
}
