import { ConnectorError, observedFacade, type CallContext, type ConnectorFacade, type Operation, type OperationObserver, type OperationOutcome } from '../../protocol/model/index.js';
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
  readonly outcome: OperationOutcome;
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
  return observedFacade(facade, (operation, call) => observe(observation, operation, call));
}

function observe({ connector, origin, log, clock, metering }: Observation, operation: Operation, call: CallContext): OperationObserver {
  const started = clock.now();
  const objectClass = 'objectClass' in operation ? operation.objectClass : undefined;
  const meter = metering?.begin(connector, operation.kind, objectClass);
  const ended: OperationObserver['ended'] = (outcome, error, count) => {
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
  return { ...(meter === undefined ? {} : { entries: meter.entries }), ended };
}
