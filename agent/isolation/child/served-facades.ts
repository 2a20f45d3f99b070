import { apiConfigurationOf } from '../../../protocol/codec/index.js';
import { ConnectorError, connectorKeyText, type ApiOperation, type CallContext, type ConnectorFacade, type ConnectorKey, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation } from '../../../protocol/model/index.js';
import type { OperationExecutor } from '../../../protocol/session/contract.js';
import { createFacade, type AnyConnector, type ConnectorLog, type FacadeHandle } from '../../../connectors/framework/index.js';
import type { OperationScripts } from '../../operations/operation-scripts.js';
import { namedCall } from '../call-names.js';
import type { OpenMessage } from '../control-messages.js';
import type { Questions } from './questions.js';

export interface ServedParts {
  readonly connector: AnyConnector;
  readonly stateRoot: string;
  readonly trustedCertificates: readonly string[] | undefined;
  readonly questions: Questions;
  /** Runs the scripts of a scripted connector. */
  readonly scripts: OperationScripts | undefined;
  log(handle: number): ConnectorLog;
}

interface Served {
  readonly facade: FacadeHandle;
  readonly facadeKey: string;
  readonly asks: boolean;
  secrets(): readonly string[];
}

/** The configurations the agent has opened here: what its requests are carried out on, and nothing else. */
export class ServedFacades implements OperationExecutor {
  readonly #parts: ServedParts;
  readonly #byHandle = new Map<number, Served>();
  readonly #byKey = new Map<string, number>();

  constructor(parts: ServedParts) {
    this.#parts = parts;
  }

  /** The agent knows what it has. */
  async connectorInfos(): Promise<readonly []> {
    return [];
  }

  /** Clear texts of all configurations, for what this process says in its last moment. */
  secrets(): string[] {
    return [...this.#byHandle.values()].flatMap(({ secrets }) => secrets());
  }

  open({ handle, facadeKey, configuration, given, secrets, asks, sortLimits, subscriptionInterval }: OpenMessage): void {
    const { connector, stateRoot, trustedCertificates, questions, scripts, log } = this.#parts;
    const resolved = apiConfigurationOf(configuration);
    const facade = createFacade(connector, resolved, {
      log: log(handle), stateRoot, trustedCertificates,
      given: given === undefined ? undefined : apiConfigurationOf(given),
      secrets: () => secrets, scripts: scripts && (() => scripts.runner()),
      permitTarget: asks ? questions.permits(handle, undefined) : undefined,
      ...(sortLimits === undefined ? {} : { sortLimits }), ...(subscriptionInterval === undefined ? {} : { subscriptionInterval }),
    });
    this.#byHandle.set(handle, { facade, facadeKey, asks, secrets: () => secrets });
    this.#byKey.set(facadeKey, handle);
  }

  /** Ends what is under way there. Never rejects. */
  async dispose(handle: number): Promise<void> {
    const served = this.#byHandle.get(handle);
    if (served === undefined) return;
    this.#byHandle.delete(handle);
    this.#byKey.delete(served.facadeKey);
    await served.facade.dispose();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byHandle.keys()].map((handle) => this.dispose(handle)));
  }

  async facadeFor(connectorKey: ConnectorKey, facadeKey: string): Promise<ConnectorFacade> {
    const handle = this.#byKey.get(facadeKey);
    const served = handle === undefined ? undefined : this.#byHandle.get(handle);
    if (handle === undefined || served === undefined) throw new ConnectorError('connectionBroken', `The configuration of ${connectorKeyText(connectorKey)} is closed.`);
    return new ServedFacade(served.facade, (call) => this.#named(handle, call));
  }

  /** The call as the agent's caller made it, asking the agent where it would have asked. */
  #named(handle: number, call: CallContext): CallContext {
    const { call: number, operationId } = namedCall(call.operationId);
    return { ...call, operationId, permitTarget: number === undefined ? undefined : this.#parts.questions.permits(handle, number) };
  }
}

class ServedFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly #inner: ConnectorFacade;
  readonly #named: (call: CallContext) => CallContext;

  constructor(inner: ConnectorFacade, named: (call: CallContext) => CallContext) {
    this.connectorKey = inner.connectorKey;
    this.#inner = inner;
    this.#named = named;
  }

  get supportedOperations(): ReadonlySet<ApiOperation> {
    return this.#inner.supportedOperations;
  }

  perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    return this.#inner.perform(operation, this.#named(call));
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    return this.#inner.stream(operation, this.#named(call));
  }
}
