import {
  OPTION, OperationOptions, type CallContext, type ConnectorFacade, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems,
  type StreamOperation,
} from '../../protocol/model/index.js';

/**
 * A facade at a Java peer. Its connectors cast TOTAL_PAGED_RESULTS_POLICY to a class that cannot be sent, so that the
 * option, which travels as text between our own ends, would fail the search there; it is left out.
 */
export class JavaPeerFacade implements ConnectorFacade {
  readonly #facade: ConnectorFacade;

  constructor(facade: ConnectorFacade) {
    this.#facade = facade;
  }

  get connectorKey(): ConnectorFacade['connectorKey'] {
    return this.#facade.connectorKey;
  }

  get supportedOperations(): ConnectorFacade['supportedOperations'] {
    return this.#facade.supportedOperations;
  }

  perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    return this.#facade.perform(operation, call);
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    if (!operation.options.entries.has(OPTION.totalPagedResultsPolicy)) return this.#facade.stream(operation, call);
    const entries = new Map(operation.options.entries);
    entries.delete(OPTION.totalPagedResultsPolicy);
    return this.#facade.stream({ ...operation, options: new OperationOptions(entries) }, call);
  }
}
