import { randomBytes, randomUUID } from 'node:crypto';
import {
  ConnectorError, isWrite, observedFacade, type CallContext, type ConnectorFacade, type Operation, type OperationObserver, type OperationOutcome, type TraceSpan,
} from '../../protocol/model/index.js';
import type { AgentTraffic } from './agent-traffic.js';
import type { Log } from '../log.js';

export interface MemberPlaceName {
  /** What `connectorHostRef` calls it. */
  readonly agent: string;
  readonly log: Log;
  readonly traffic?: AgentTraffic | undefined;
}

/** Requests outlive a process: a reconciliation that another controller goes on with has the same id, and agents refuse one id for two writes. */
const START = randomBytes(6).toString('hex');
let last = 0;

/**
 * A facade at one agent, with a log line and, where somebody traces, a span for each operation. Each has an id of its own, which
 * the agent's log line has too: that of the request, a slash, and a number that no other process gives.
 */
export function observedMember(facade: ConnectorFacade, place: MemberPlaceName): ConnectorFacade {
  return observedFacade(facade, (operation, call) => observe(facade, place, operation, call));
}

function observe({ connectorKey: { connectorName } }: ConnectorFacade, { agent, log, traffic }: MemberPlaceName, operation: Operation, given: CallContext): OperationObserver {
  const started = performance.now();
  const counted = traffic?.began(agent);
  const operationId = `${given.operationId ?? randomUUID()}/${START}-${(++last).toString(36)}`;
  const objectClass = 'objectClass' in operation ? operation.objectClass : undefined;
  const span = given.span?.child(`openicf/${operation.kind}`, {
    kind: 'client',
    attributes: { 'rpc.system': 'openicf', 'icf.operation': operation.kind, 'icf.object_class': objectClass, 'causeway.connector': connectorName, 'causeway.agent': agent, 'causeway.operation_id': operationId },
  });
  const ended: OperationObserver['ended'] = (outcome, failure, count) => {
    endSpan(span, outcome, failure, count);
    counted?.(outcome === 'failed', performance.now() - started);
    const error = failure === undefined ? undefined : failure instanceof ConnectorError ? failure.javaClass : 'unexpected';
    const line = { operationId, operation: operation.kind, connector: connectorName, objectClass, agent, durationMs: Math.round(performance.now() - started), outcome, error, count, trace_id: span?.traceId, span_id: span?.spanId };
    if (outcome === 'failed') log.warn(line, 'operation');
    else log.info(line, 'operation');
  };
  // The id is the write's alone, so the agent may be asked by it what became of it.
  return { call: { ...given, operationId, span, ...(isWrite(operation.kind) ? { once: true } : {}) }, ended };
}

function endSpan(span: TraceSpan | undefined, outcome: OperationOutcome, failure: unknown, count: number | undefined): void {
  if (span === undefined) return;
  span.set({ 'causeway.results': count, ...(outcome === 'left' ? { 'causeway.left': true } : {}) });
  span.end(outcome === 'failed' ? failure : undefined);
}
