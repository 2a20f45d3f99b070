import {
  chunksOf, itemsOf, type CallContext, type Chunks, type ConnectorFacade, type ConnectorObject, type SearchResult, type SingleOperation, type SingleResults,
  type StreamEnds, type StreamItems, type StreamOperation,
} from '../../protocol/model/index.js';
import { endOfJavaSearch, suitedToJava } from '../../protocol/session/java-search.js';

type SearchOperation = Extract<StreamOperation, { readonly kind: 'search' }>;

/** A facade at a Java peer: it is sent only what its connectors can take, and believed only what they know (see java-search.ts). */
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
    const suited = suitedToJava(operation);
    if (suited.kind !== 'search') return this.#facade.stream(suited, call);
    const results = itemsOf(this.#search(suited, call), () => call.signal.aborted);
    return results as AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>; // O is a search here
  }

  async *#search(operation: SearchOperation, call: CallContext): Chunks<ConnectorObject, SearchResult | undefined> {
    return endOfJavaSearch(yield* chunksOf(this.#facade.stream(operation, call)), this.connectorKey, operation.options);
  }
}
