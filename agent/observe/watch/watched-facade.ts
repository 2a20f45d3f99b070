import { chunksOf, connectorKeyText, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type ConnectorKey, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation } from '../../../protocol/model/index.js';
import { systemFacts } from '../../audit/system-facts.js';
import type { FacadeContext, FacadeStage } from '../../operations/facade-stage.js';
import type { OperationWatch, WatchedOperation } from './operation-watch.js';
import type { SystemFacts } from './watched-systems.js';

/** Characters of a target, which comes from a controller's configuration. */
const LONGEST_TARGET = 500;
const MOST_TARGETS = 8;

/** Lets the watch see every operation. To be the outermost stage, so that waiting and refusals are seen too. */
export function watchStage(watch: OperationWatch): FacadeStage {
  return (facade, context) => {
    const begin = (operation: Operation, call: CallContext): WatchedOperation => watch.begin({
      operation: operation.kind, system: factsOf(context), objectClass: 'objectClass' in operation ? operation.objectClass : undefined,
      principal: context.origin.principal, operationId: call.operationId,
    });
    return {
      connectorKey: facade.connectorKey,
      get supportedOperations() { return facade.supportedOperations; },
      perform: (operation, call) => watchPerform(facade, begin(operation, call), operation, call),
      stream: (operation, call) => itemsOf(watchStream(facade, begin, operation, call), () => call.signal.aborted),
    };
  };
}

/** An operation that never got as far as a facade: its connector is not here, or its configuration makes no sense. */
export function noteUnopened(watch: OperationWatch, connectorKey: ConnectorKey, principal: string, error: unknown): void {
  const connector = connectorKey.connectorName.slice(0, LONGEST_TARGET);
  const system: SystemFacts = { id: `not opened: ${connectorKeyText(connectorKey)}`.slice(0, LONGEST_TARGET), connector, connectorVersion: connectorKey.bundleVersion.slice(0, LONGEST_TARGET), targets: [], relay: undefined };
  watch.begin({ operation: undefined, system, objectClass: undefined, principal, operationId: undefined }).end('failed', error);
}

function factsOf({ connector, connectorKey, configuration }: FacadeContext): SystemFacts {
  const { system, targets = [] } = systemFacts(connector, configuration);
  // A system whose configuration makes no sense has no name of its own; its id holds a digest of secrets, which stays here.
  return {
    id: system ?? `${connector.id}: a configuration that cannot be read`, connector: connector.id, connectorVersion: connectorKey.bundleVersion,
    targets: targets.slice(0, MOST_TARGETS).map((target) => target.slice(0, LONGEST_TARGET)), relay: undefined,
  };
}

async function watchPerform<O extends SingleOperation>(facade: ConnectorFacade, watched: WatchedOperation, operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
  try {
    const result = await facade.perform(operation, call);
    if (operation.kind === 'get') watched.entries(1);
    watched.end('ok');
    return result;
  } catch (error) {
    watched.end(call.signal.aborted ? 'left' : 'failed', error);
    throw error;
  }
}

/** Counts by the chunk: nothing is done for a single result. */
async function* watchStream<O extends StreamOperation>(facade: ConnectorFacade, begin: (operation: Operation, call: CallContext) => WatchedOperation, operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const watched = begin(operation, call);
  const results = chunksOf(facade.stream(operation, call));
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        watched.end('ok');
        return step.value;
      }
      watched.entries(step.value.length);
      yield step.value;
    }
  } catch (error) {
    watched.end(call.signal.aborted ? 'left' : 'failed', error);
    throw error;
  } finally {
    await results.return(undefined as never);
    watched.end('left');
  }
}
