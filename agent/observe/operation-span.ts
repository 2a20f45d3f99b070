import { chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type TraceSpan, type Tracer } from '../../protocol/model/index.js';

/** The facade, with a span for each operation: it goes on with the trace of who asked, where that is said. */
export function tracedFacade(facade: ConnectorFacade, tracer: Tracer, connector: string): ConnectorFacade {
  return {
    connectorKey: facade.connectorKey,
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
      const span = begin(tracer, connector, operation, call);
      try {
        const result = await facade.perform(operation, { ...call, span });
        span.end();
        return result;
      } catch (error) {
        span.end(error);
        throw error;
      }
    },
    stream: <O extends StreamOperation>(operation: O, call: CallContext) => itemsOf(traced(facade, operation, call, () => begin(tracer, connector, operation, call)), () => call.signal.aborted),
  };
}

async function* traced<O extends StreamOperation>(facade: ConnectorFacade, operation: O, call: CallContext, start: () => TraceSpan): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const span = start();
  const results = chunksOf(facade.stream(operation, { ...call, span }));
  let count = 0;
  let isComplete = false;
  let failure: unknown;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        isComplete = true;
        return step.value;
      }
      count += step.value.length;
      yield step.value;
    }
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await results.return(undefined as never);
    // Cancelled by who asked: nothing failed here.
    const isLeft = !isComplete && (failure === undefined || call.signal.aborted);
    span.set({ 'causeway.results': count, ...(isLeft ? { 'causeway.left': true } : {}) });
    span.end(isLeft ? undefined : failure);
  }
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
