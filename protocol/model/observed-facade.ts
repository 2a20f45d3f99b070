import { chunksOf, itemsOf, type Chunks } from './chunks.js';
import { ConnectorError } from './errors.js';
import type { CallContext, ConnectorFacade, Operation, SingleOperation, SingleResults, StreamEnds, StreamItems, StreamOperation } from './operations.js';

/** How an operation ended. `left`: the requester cancelled it, or stopped reading. */
export type OperationOutcome = 'ok' | 'failed' | 'left';

/** Somebody who looks on while one operation runs, and changes nothing of it. */
export interface OperationObserver {
  /** What the operation goes on with. @default what it came with */
  readonly call?: CallContext | undefined;
  /** So many more results of a stream were handed on: told by the chunk, before who asked has them. */
  entries?(count: number): void;
  /** Once, after the facade has cleaned up. `count`: results of a stream. */
  ended(outcome: OperationOutcome, error: unknown, count: number | undefined): void;
}

/** The facade, with an observer for each operation; of a stream it begins with the first pull. */
export function observedFacade(facade: ConnectorFacade, begin: (operation: Operation, call: CallContext) => OperationObserver): ConnectorFacade {
  return {
    get connectorKey() { return facade.connectorKey; },
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
      const observer = begin(operation, call);
      let result: SingleResults[O['kind']];
      try {
        result = await facade.perform(operation, observer.call ?? call);
      } catch (error) {
        observer.ended(outcomeOf(call), error, undefined);
        throw error;
      }
      observer.ended('ok', undefined, undefined);
      return result;
    },
    stream: <O extends StreamOperation>(operation: O, call: CallContext) => itemsOf(observed(facade, begin, operation, call), () => call.signal.aborted),
  };
}

async function* observed<O extends StreamOperation>(facade: ConnectorFacade, begin: (operation: Operation, call: CallContext) => OperationObserver, operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const observer = begin(operation, call);
  const results = chunksOf(facade.stream(operation, observer.call ?? call));
  let [outcome, failure, count]: [OperationOutcome, unknown, number] = ['left', undefined, 0];
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        outcome = 'ok';
        return step.value;
      }
      count += step.value.length;
      observer.entries?.(step.value.length);
      yield step.value;
    }
  } catch (error) {
    outcome = outcomeOf(call);
    failure = error;
    throw error;
  } finally {
    // Of one that was left, the connector's own cleanup comes first, so that the time it took is the whole one.
    try {
      if (outcome !== 'ok') await results.return(undefined as never);
    } finally {
      observer.ended(outcome, failure, count);
    }
  }
}

/** Of one that threw. An operation whose time was over was not left: it failed. */
function outcomeOf({ signal: { aborted, reason } }: CallContext): OperationOutcome {
  return aborted && !(reason instanceof ConnectorError && reason.kind === 'operationTimeout') ? 'left' : 'failed';
}
