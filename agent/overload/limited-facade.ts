import { chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type SingleOperation, type StreamEnds, type StreamItems, type StreamOperation } from '../../protocol/model/index.js';
import type { FacadeContext } from '../operations/facade-stage.js';
import type { OperationPlaces, PlaceRequest } from './operation-places.js';

/** The facade, each of its operations in a place of its own. A subscription only waits, and has none; the session bounds their number. */
export function limitFacade(facade: ConnectorFacade, places: OperationPlaces, { connector, systemId, origin }: FacadeContext): ConnectorFacade {
  const request: PlaceRequest = { controller: `${origin.principal} ${origin.peerSessionId}`, connector: connector.id, system: systemId };
  return {
    connectorKey: facade.connectorKey,
    get supportedOperations() { return facade.supportedOperations; },
    async perform<O extends SingleOperation>(operation: O, call: CallContext) {
      const leave = await places.take(request, call.signal);
      try {
        return await facade.perform(operation, call);
      } finally {
        leave();
      }
    },
    stream<O extends StreamOperation>(operation: O, call: CallContext) {
      if (operation.kind === 'subscribeToObjects' || operation.kind === 'subscribeToChanges') return facade.stream(operation, call);
      return itemsOf(inPlace(facade, places, request, operation, call), () => call.signal.aborted);
    },
  };
}

async function* inPlace<O extends StreamOperation>(
  facade: ConnectorFacade, places: OperationPlaces, request: PlaceRequest, operation: O, call: CallContext,
): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
  const leave = await places.take(request, call.signal);
  try {
    return yield* chunksOf(facade.stream(operation, call));
  } finally {
    leave();
  }
}
