import { API_OPERATION_OF, ConnectorError, isWrite, type CallContext, type ConnectorFacade, type Operation, type SingleOperation, type StreamOperation } from '../model/index.js';
import { decodeOperation, encodeError, encodeSingleResult } from '../codec/index.js';
import type { OperationRequest } from '../message.js';
import { AbortRace } from './abort-race.js';
import { toConnectorError } from './connector-error.js';
import type { ExecutingRequest } from './executing-requests.js';
import { requireSize, type Execution } from './execution.js';
import { BOOKMARK, OUTCOME, RESUME, TRACE_CONTEXT } from './features.js';
import type { SessionGroup } from './group.js';
import { isResumable, isStream } from './operation-kinds.js';
import { relayOperation } from './relay-operation.js';
import { sendLast } from './send-last.js';
import { StreamAnswer } from './stream-answer.js';

/** Executes one operation and sends its answer; every failure becomes one error message. Resolves when nothing is left of it. */
export async function answerOperation(group: SessionGroup, executing: ExecutingRequest, request: OperationRequest): Promise<void> {
  const race = new AbortRace(executing.signal);
  const leftovers: Promise<unknown>[] = [];
  const { kind } = request.operation;
  const sent = group.features.has(RESUME) && (kind === undefined || isResumable(kind)) ? group.answers.begin(executing.id) : undefined;
  const execution: Execution = { group, executing, race, leftovers, sent };
  try {
    await execute(execution, request);
  } catch (error) {
    await fail(execution, error);
  } finally {
    race.dispose();
    if (sent !== undefined) group.answers.end(sent);
  }
  await Promise.allSettled(leftovers);
}

async function execute(execution: Execution, request: OperationRequest): Promise<void> {
  const { group, executing, race } = execution;
  const { executor, codecLimits } = group.context;
  const { connectorKey } = request;
  const origin = { peerSessionId: group.peerSessionId, principal: group.principal, messageId: request.id, locale: request.locale };
  if (connectorKey !== undefined && executor?.relayFor !== undefined) {
    const relay = await race.wait(executor.relayFor(connectorKey, origin));
    if (relay !== undefined) return relayOperation(execution, { relay, connectorKey, request });
  }
  const operation = decodeOperation(request.operation, codecLimits);
  if (isStream(operation) && executing.cancelled) {
    await new StreamAnswer(execution, operation.kind).cancelled();
    return;
  }
  if (connectorKey === undefined) throw new ConnectorError('connector', 'The request names no connector.');
  if (executor === undefined) throw new ConnectorError('connector', `Connector not found: ${connectorKey.connectorName}; this end hosts no connectors.`);
  const facade = await race.wait(executor.facadeFor(connectorKey, request.facadeKey, origin));
  requireSupport(facade, operation);
  const call: CallContext = {
    signal: executing.signal, locale: request.locale, operationId: request.operationId, once: isNamedOnce(group, operation, request.operationId),
    traceParent: group.features.has(TRACE_CONTEXT) ? request.traceParent : undefined,
  };
  if (isStream(operation)) await stream(execution, facade, operation, call, request.bookmarks === true && group.features.has(BOOKMARK));
  else await single(execution, facade, operation, call);
}

/** A peer that can ask for outcomes gives each write an id of its own. */
function isNamedOnce({ features, context: { executor } }: SessionGroup, { kind }: Operation, operationId: string | undefined): boolean {
  return operationId !== undefined && isWrite(kind) && features.has(OUTCOME) && executor?.outcomes !== undefined;
}

function requireSupport(facade: ConnectorFacade, operation: Operation): void {
  const needed = API_OPERATION_OF[operation.kind];
  if (facade.supportedOperations.has(needed)) return;
  throw new ConnectorError('unsupportedOperation', `Operation 'interface org.identityconnectors.framework.api.operations.${needed}' not supported.`);
}

async function single<O extends SingleOperation>(execution: Execution, facade: ConnectorFacade, operation: O, call: CallContext): Promise<void> {
  const { group, executing, race, leftovers } = execution;
  const performing = facade.perform(operation, call);
  leftovers.push(performing);
  // A write that was cancelled answers what became of it; a read is not waited for.
  const result = executing.nature === 'write' ? await performing : await race.wait(performing);
  const frame = encodeSingleResult(executing.id, operation.kind, result);
  requireSize(frame, group.limits.maxFrameBytes);
  await sendLast(frame, execution);
}

async function stream<O extends StreamOperation>(execution: Execution, facade: ConnectorFacade, operation: O, call: CallContext, wantsBookmarks: boolean): Promise<void> {
  const answer = new StreamAnswer(execution, operation.kind);
  const onBookmark = wantsBookmarks && operation.kind === 'search' ? (cookie: string) => answer.bookmark(cookie) : undefined;
  await answer.give(facade.stream(operation, { ...call, onSubscribed: () => { void answer.acknowledge(); }, onBookmark }));
}

async function fail(execution: Execution, error: unknown): Promise<void> {
  const { group, executing } = execution;
  if (executing.nature === 'subscription' && executing.cancelled) return;
  const failure = toConnectorError(error);
  const fields = { messageId: executing.id, peerSessionId: group.peerSessionId };
  try {
    await sendLast(encodeError(executing.id, failure, group.features.has(OUTCOME)), execution);
  } catch (unsent) {
    group.log.warn({ ...fields, err: failure, unsent }, 'The failure of an operation could not be reported to its requester.');
  }
}
