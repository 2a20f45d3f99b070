import {
  API_OPERATIONS, ConnectorError, ConnectorObject, DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, Name, Uid,
  type ApiConfiguration, type ApiOperation, type CallContext, type ConnectorFacade, type ConnectorInfo, type ConnectorKey, type Operation,
} from '../../protocol/model/index.js';
import type { OperationExecutor, RequestOrigin } from '../../protocol/session/contract.js';

export const KEY: ConnectorKey = { bundleName: 'b', bundleVersion: '1.0', connectorName: 'c.C' };

export function configuration(timeouts: readonly (readonly [ApiOperation, number])[] = []): ApiConfiguration {
  return {
    producerBufferSize: 100, connectorPoolingSupported: false, pool: DEFAULT_POOL, resultsHandler: DEFAULT_RESULTS_HANDLER,
    properties: [], timeouts: new Map(timeouts), supportedOperations: new Set(API_OPERATIONS),
  };
}

export function info(key = KEY): ConnectorInfo {
  return { key, displayNameKey: 'name', categoryKey: null, messages: new Map(), defaultConfiguration: configuration() };
}

/** Account number `n`, about `size` bytes on the wire. */
export function account(n: number, size = 0): ConnectorObject {
  return new ConnectorObject('__ACCOUNT__', [new Uid(`u${n}`), new Name(`n${n}${'x'.repeat(size)}`)]);
}

type Perform = (operation: Operation, call: CallContext) => Promise<unknown>;
type Stream = (operation: Operation, call: CallContext) => AsyncGenerator<unknown, unknown, void>;

/** A facade that does what the test says, and a target that counts what is open. */
export class FakeFacade implements ConnectorFacade, OperationExecutor {
  readonly connectorKey = KEY;
  supportedOperations: ReadonlySet<ApiOperation> = new Set(API_OPERATIONS);
  readonly performed: { readonly operation: Operation; readonly call: CallContext }[] = [];
  readonly origins: RequestOrigin[] = [];
  infos: readonly ConnectorInfo[] = [];
  /** Objects pulled from the target. */
  pulled = 0;
  /** Streams whose cursor is open. */
  open = 0;
  onPerform: Perform = async () => null;
  onStream: Stream = () => this.accounts(0);

  async connectorInfos(): Promise<readonly ConnectorInfo[]> {
    return this.infos;
  }

  async facadeFor(key: ConnectorKey, _facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade> {
    this.origins.push(origin);
    if (key.connectorName !== KEY.connectorName) throw new ConnectorError('connector', `Connector not found: ${key.connectorName}`);
    return this;
  }

  async perform(operation: Operation, call: CallContext): Promise<never> {
    this.performed.push({ operation, call });
    return await this.onPerform(operation, call) as never;
  }

  async* stream(operation: Operation, call: CallContext): AsyncGenerator<never, never, void> {
    this.performed.push({ operation, call });
    this.open++;
    try {
      return (yield* this.onStream(operation, call) as AsyncGenerator<never, never, void>);
    } finally {
      this.open--;
    }
  }

  /** The accounts 1 to `count`, each about `size` bytes. */
  async* accounts(count: number, size = 0, end?: unknown): AsyncGenerator<ConnectorObject, unknown, void> {
    for (let n = 1; n <= count; n++) {
      this.pulled++;
      yield account(n, size);
    }
    return end;
  }
}
