import {
  API_OPERATION_OF, ConnectorError, connectorKeyText, type ApiConfiguration, type ApiOperation, type CallContext, type ConnectorFacade,
  type ConnectorKey, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type SyncToken,
} from '../model/index.js';
import { apiConfigurationOf, encodeOperationRequest } from '../codec/index.js';
import { encodeMessage } from '../frame.js';
import { natureOf } from './admit-operation.js';
import { OPERATION_ID } from './features.js';
import type { SessionGroup } from './group.js';
import { describeOperation, isStream } from './operation-kinds.js';
import { operationTimeout } from './operation-timeout.js';
import type { RequestPlan } from './outgoing-request.js';
import { performRemotely } from './perform-remotely.js';
import { streamRemotely } from './stream-remotely.js';

/** One operation ready to be sent: everything but where its answers go. */
export interface RemoteCall extends Omit<RequestPlan<never>, 'onResponse' | 'onFailure'> {
  /** Milliseconds for the answer, or between two messages; undefined: none. */
  readonly timeout: number | undefined;
}

/** A connector at the other end of the session. Whatever is asked of it, the failure is a ConnectorError. */
export class RemoteFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  readonly #group: SessionGroup;
  readonly #facadeKey: string;
  readonly #configuration: ApiConfiguration;

  /** Throws a ConnectorError for a facade key that is none. */
  constructor(group: SessionGroup, connectorKey: ConnectorKey, facadeKey: string) {
    this.#group = group;
    this.connectorKey = connectorKey;
    this.#facadeKey = facadeKey;
    this.#configuration = apiConfigurationOf(facadeKey, group.context.codecLimits);
    this.supportedOperations = this.#configuration.supportedOperations;
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    return performRemotely<O['kind']>(this.#group, operation.kind, this.#prepare(operation, call), call.signal);
  }

  async* stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    if (operation.kind === 'sync' && operation.token === null && this.#group.features.size === 0) {
      return await this.#startOfSync(operation.objectClass, call) as StreamEnds[O['kind']];
    }
    return yield* streamRemotely<O['kind']>(this.#group, operation.kind, operation, this.#prepare(operation, call), call);
  }

  /** A Java agent cannot be asked to sync without a token: the run yields nothing and ends with the latest one (hazard 14). */
  async #startOfSync(objectClass: string, call: CallContext): Promise<SyncToken | undefined> {
    return await this.perform({ kind: 'latestSyncToken', objectClass }, call) ?? undefined;
  }

  #prepare(operation: Operation, call: CallContext): RemoteCall {
    const what = `${describeOperation(operation)} by ${connectorKeyText(this.connectorKey)}`;
    const needed = API_OPERATION_OF[operation.kind];
    if (!this.supportedOperations.has(needed)) {
      throw new ConnectorError('unsupportedOperation', `The ${what} is not possible: the connector does not support ${needed}.`);
    }
    const id = this.#group.nextId();
    const operationId = this.#group.features.has(OPERATION_ID) ? call.operationId : undefined;
    return {
      id, what, isStream: isStream(operation), repeatable: natureOf(operation.kind) !== 'write',
      timeout: operationTimeout(this.#configuration, operation.kind),
      frame: encodeOperationRequest({ id, connectorKey: this.connectorKey, facadeKey: this.#facadeKey, locale: call.locale, operation, operationId }),
      cancelFrame: encodeMessage({ kind: 'cancel', id }),
    };
  }
}
