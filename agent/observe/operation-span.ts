import { observedFacade, type CallContext, type ConnectorFacade, type Operation, type TraceSpan, type Tracer } from '../../protocol/model/index.js';

/** The facade, with a span for each operation: it goes on with the trace of who asked, where that is said. */
export function tracedFacade(facade: ConnectorFacade, tracer: Tracer, connector: string): ConnectorFacade {
  return observedFacade(facade, (operation, call) => {
    const span = begin(tracer, connector, operation, call);
    return {
      call: { ...call, span },
      ended: (outcome, error, count) => {
        span.set({ 'causeway.results': count, ...(outcome === 'left' ? { 'causeway.left': true } : {}) });
        span.end(outcome === 'left' ? undefined : error); // cancelled by who asked: nothing failed here
      },
    };
  });
}

function begin(tracer: Tracer, connector: string, operation: Operation, { operationId, traceParent }: CallContext): TraceSpan {
  return tracer.start(`openicf/${operation.kind}`, {
    kind: 'server', parent: traceParent,
    attributes: {
      'rpc.system': 'openicf', 'icf.operation': operation.kind, 'icf.object_class': 'objectClass' in operation ? operation.objectClass : undefined,
      'causeway.connector': connector, 'causeway.operation_id': operationId,
    },
  });
}
