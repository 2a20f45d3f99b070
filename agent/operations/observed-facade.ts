import { ConnectorError, chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation } from '../../protocol/model/index.js';
import type { Clock, RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import type { OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';

/** How one operation ended. Never a value, never a secret. */
export interface OperationRecord {
  readonly operationId: string | undefined;
  readonly operation: Operation['kind'];
  readonly connector: string;
  readonly objectClass: string | undefined;
  /** Who asked, as authenticated on the socket, and under which message id. */
  readonly principal: string;
  readonly messageId: number;
  readonly durationMs: number;
  /** `left`: the requester stopped reading, or cancelled. */
  readonly outcome: 'ok' | 'failed' | 'left';
  /** Java class of the failure. */
  readonly error: string | undefined;
  /** Results of a stream. */
  readonly count: number | undefined;
  /** Where tracing is on: the operation's span, by the names OpenTelemetry gives these fields of log lines. */
  readonly trace_id: string | undefined;
  readonly span_id: string | undefined;
}

export interface Observation {
  readonly connector: string;
  readonly origin: RequestOrigin;
  readonly log: SessionLog;
  readonly clock: Clock;
  readonly metering?: OperationMetering | undefined;
}

/** The facade, with one log line for each operation, and its figures. */
export function observeFacade(facade: ConnectorFacade, observation: Observation): ConnectorFacade {
  return {
    connectorKey: facade.connectorKey,
    get supportedOperations() { return facade.supportedOperations; },
    perform: <O extends SingleOperation>(operation: O, call: CallContext) => observePerform(facade, observation, operation, call),
    stream: <O extends StreamOperation>(operation: O, call: CallContext) => itemsOf(observeStream(facade, observation, operation, call), () => call.signal.aborted),
  };
}

async function observePerform<O extends SingleOperation>(facade: ConnectorFacade, observation: Observation, operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
  const record = begin(observation, operation, call);
  try {
    const result = await facade.perform(operation, call);
    record.end('ok', undefined, undefined);
    return result;
  } catch (error) {
    record.end('failed', error, undefined);
    throw error;
  }
}

async function* observeStream<O extends StreamOperation>(facade: ConnectorFacade, observation: Observation, operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const record = begin(observation, operation, call);
  const results = chunksOf(facade.stream(operation, call));
  let count = 0;
  let ended = false;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        ended = true;
        record.end('ok', undefined, count);
        return step.value;
      }
      count += step.value.length;
      record.entries?.(step.value.length);
      yield step.value;
    }
  } catch (error) {
    ended = true;
    record.end(call.signal.aborted ? 'left' : 'failed', error, count);
    throw error;
  } finally {
    if (!ended) {
      // Left early: the connector's own cleanup comes first, so that the duration is the whole one.
      await results.return(undefined as never);
      record.end('left', undefined, count);
    }
  }
}

interface Record {
  /** Results were handed on. */
  readonly entries: ((count: number) => void) | undefined;
  end(outcome: OperationRecord['outcome'], error: unknown, count: number | undefined): void;
}

function begin({ connector, origin, log, clock, metering }: Observation, operation: Operation, call: CallContext): Record {
  const started = clock.now();
  const objectClass = 'objectClass' in operation ? operation.objectClass : undefined;
  const meter = metering?.begin(connector, operation.kind, objectClass);
  const end: Record['end'] = (outcome, error, count) => {
    meter?.ended(outcome, error);
    const record: OperationRecord = {
      operationId: call.operationId, operation: operation.kind, connector, objectClass,
      principal: origin.principal, messageId: origin.messageId,
      durationMs: Math.round(clock.now() - started), outcome,
      error: error === undefined ? undefined : error instanceof ConnectorError ? error.javaClass : 'unexpected',
      count, trace_id: call.span?.traceId, span_id: call.span?.spanId,
    };
    if (outcome === 'failed') {
      log.warn(record, 'operation');
      // The message may name a value; it stays out of the log unless somebody looks for a fault.
      log.debug({ operationId: call.operationId, trace_id: call.span?.traceId, messageId: origin.messageId, message: error instanceof Error ? error.message : String(error) }, 'operation failed');
    } else {
      log.info(record, 'operation');
    }
  };
  return { entries: meter?.entries, end };
}
