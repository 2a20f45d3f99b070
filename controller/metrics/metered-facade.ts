import {
  chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type SingleOperation, type SingleResults, type StreamOperation,
} from '../../protocol/model/index.js';
import type { OperationMeter, OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';

/** The facade of a system, its operations counted and timed, from the first try at an agent to the end at the last one. */
export function meterFacade(facade: ConnectorFacade, system: string, metering: OperationMetering): ConnectorFacade {
  const begin = (operation: SingleOperation | StreamOperation): OperationMeter => metering.begin(system, operation.kind, 'objectClass' in operation ? operation.objectClass : undefined);
  return {
    connectorKey: facade.connectorKey,
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
      const meter = begin(operation);
      try {
        const result = await facade.perform(operation, call);
        meter.ended('ok', undefined);
        return result;
      } catch (error) {
        meter.ended(call.signal.aborted ? 'left' : 'failed', error);
        throw error;
      }
    },
    stream: <O extends StreamOperation>(operation: O, call: CallContext) => itemsOf(metered(chunksOf(facade.stream(operation, call)), () => begin(operation), call), () => call.signal.aborted),
  };
}

async function* metered<T, End>(results: Chunks<T, End>, begin: () => OperationMeter, call: CallContext): Chunks<T, End> {
  const meter = begin();
  let ended = false;
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        ended = true;
        meter.ended('ok', undefined);
        return step.value;
      }
      meter.entries(step.value.length);
      yield step.value;
    }
  } catch (error) {
    ended = true;
    meter.ended(call.signal.aborted ? 'left' : 'failed', error);
    throw error;
  } finally {
    if (!ended) {
      await results.return(undefined as never);
      meter.ended('left', undefined);
    }
  }
}
