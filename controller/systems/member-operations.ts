import { randomUUID } from 'node:crypto';
import {
  ConnectorError, chunksOf, isWrite, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation,
  type TraceSpan,
} from '../../protocol/model/index.js';
import type { Log } from '../log.js';

export interface MemberPlaceName {
  /** What `connectorHostRef` calls it. */
  readonly agent: string;
  readonly log: Log;
}

let last = 0;

/**
 * A facade at one agent, with a log line and, where somebody traces, a span for each operation. Each has an id of its own, which
 * the agent's log line has too: that of the request, a slash, and a number.
 */
export function observedMember(facade: ConnectorFacade, place: MemberPlaceName): ConnectorFacade {
  return {
    get connectorKey() { return facade.connectorKey; },
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, given: CallContext): Promise<SingleResults[O['kind']]> {
      const { call, ended } = begin(facade, place, operation, given);
      try {
        const result = await facade.perform(operation, call);
        ended('ok', undefined, undefined);
        return result;
      } catch (error) {
        ended('failed', error, undefined);
        throw error;
      }
    },
    stream: <O extends StreamOperation>(operation: O, given: CallContext) => itemsOf(observed(facade, place, operation, given), () => given.signal.aborted),
  };
}

async function* observed<O extends StreamOperation>(facade: ConnectorFacade, place: MemberPlaceName, operation: O, given: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const { call, ended } = begin(facade, place, operation, given);
  const results = chunksOf(facade.stream(operation, call));
  let outcome: Outcome = 'left';
  let failure: unknown;
  let count = 0;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        outcome = 'ok';
        return step.value;
      }
      count += step.value.length;
      yield step.value;
    }
  } catch (error) {
    failure = error;
    if (!given.signal.aborted) outcome = 'failed';
    throw error;
  } finally {
    await results.return(undefined as never);
    ended(outcome, failure, count);
  }
}

type Outcome = 'ok' | 'failed' | 'left';

interface Begun {
  readonly call: CallContext;
  readonly ended: (outcome: Outcome, failure: unknown, count: number | undefined) => void;
}

function begin({ connectorKey: { connectorName } }: ConnectorFacade, { agent, log }: MemberPlaceName, operation: Operation, given: CallContext): Begun {
  const started = performance.now();
  const operationId = `${given.operationId ?? randomUUID()}/${(++last).toString(36)}`;
  const objectClass = 'objectClass' in operation ? operation.objectClass : undefined;
  const span = given.span?.child(`openicf/${operation.kind}`, {
    kind: 'client',
    attributes: { 'rpc.system': 'openicf', 'icf.operation': operation.kind, 'icf.object_class': objectClass, 'causeway.connector': connectorName, 'causeway.agent': agent, 'causeway.operation_id': operationId },
  });
  const ended: Begun['ended'] = (outcome, failure, count) => {
    endSpan(span, outcome, failure, count);
    const error = failure === undefined ? undefined : failure instanceof ConnectorError ? failure.javaClass : 'unexpected';
    const line = { operationId, operation: operation.kind, connector: connectorName, objectClass, agent, durationMs: Math.round(performance.now() - started), outcome, error, count, trace_id: span?.traceId, span_id: span?.spanId };
    if (outcome === 'failed') log.warn(line, 'operation');
    else log.info(line, 'operation');
  };
  // The id is the write's alone, so the agent may be asked by it what became of it.
  return { call: { ...given, operationId, span, ...(isWrite(operation.kind) ? { once: true } : {}) }, ended };
}

function endSpan(span: TraceSpan | undefined, outcome: Outcome, failure: unknown, count: number | undefined): void {
  if (span === undefined) return;
  span.set({ 'causeway.results': count, ...(outcome === 'left' ? { 'causeway.left': true } : {}) });
  span.end(outcome === 'failed' ? failure : undefined);
}
