import { apiConfigurationOf } from '../../../protocol/codec/index.js';
import { ConnectorError, connectorKeyText, parseTraceParent, type ApiOperation, type CallContext, type ConnectorFacade, type ConnectorKey, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type TraceSpan } from '../../../protocol/model/index.js';
import type { OperationExecutor } from '../../../protocol/session/contract.js';
import { createFacade, systemClock, type AnyConnector, type ConnectorLog, type FacadeHandle } from '../../../connectors/framework/index.js';
import type { OperationScripts } from '../../operations/operation-scripts.js';
import { namedCall } from '../call-names.js';
import type { OpenMessage, SpansMessage, WaitMessage } from '../control-messages.js';
import { forwardedWaits } from './forwarded-waits.js';
import type { Questions } from './questions.js';
import { SpanRecorder } from './span-recorder.js';

export interface ServedParts {
  readonly connector: AnyConnector;
  readonly stateRoot: string;
  readonly trustedCertificates: readonly string[] | undefined;
  readonly questions: Questions;
  /** Runs the scripts of a scripted connector. */
  readonly scripts: OperationScripts | undefined;
  log(handle: number): ConnectorLog;
  tell(message: SpansMessage | WaitMessage): void;
  /** So much of what was told waits to be read that what can be left out is. */
  isLate(): boolean;
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

  open({ handle, facadeKey, configuration, given, secrets, asks, countsWaits, sortLimits, subscriptionInterval }: OpenMessage): void {
    const { connector, stateRoot, trustedCertificates, questions, scripts, log, tell, isLate } = this.#parts;
    const resolved = apiConfigurationOf(configuration);
    const facade = createFacade(connector, resolved, {
      log: log(handle), stateRoot, trustedCertificates,
      given: given === undefined ? undefined : apiConfigurationOf(given),
      secrets: () => secrets, scripts: scripts && (() => scripts.runner()),
      permitTarget: asks ? questions.permits(handle, undefined) : undefined,
      waits: countsWaits ? forwardedWaits({ handle, isLate, send: tell }) : undefined,
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
    return new ServedFacade(served.facade, {
      named: (call, span) => this.#named(handle, call, span),
      recorder: (call) => (call.traceParent === undefined ? undefined : this.#recorder(handle, call.operationId, call.traceParent)),
    });
  }

  /** The call as the agent's caller made it, asking the agent where it would have asked. */
  #named(handle: number, call: CallContext, span: TraceSpan | undefined): CallContext {
    const { call: number, asks, operationId } = namedCall(call.operationId);
    return { ...call, operationId, permitTarget: asks ? this.#parts.questions.permits(handle, number) : undefined, span };
  }

  /** Undefined where the agent does not record the operation. */
  #recorder(handle: number, operationId: string | undefined, traceParent: string): SpanRecorder | undefined {
    const { call } = namedCall(operationId);
    const operation = parseTraceParent(traceParent);
    if (call === undefined || operation?.isSampled !== true) return undefined;
    const { isLate, tell } = this.#parts;
    return new SpanRecorder({ operation, clock: systemClock, isLate, tell: (told) => { tell({ kind: 'spans', handle, call, ...told }); } });
  }
}

/** How calls are served. */
interface Serving {
  named(call: CallContext, span: TraceSpan | undefined): CallContext;
  /** Undefined: nobody traces it. */
  recorder(call: CallContext): SpanRecorder | undefined;
}

class ServedFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly #inner: ConnectorFacade;
  readonly #serving: Serving;

  constructor(inner: ConnectorFacade, serving: Serving) {
    this.connectorKey = inner.connectorKey;
    this.#inner = inner;
    this.#serving = serving;
  }

  get supportedOperations(): ReadonlySet<ApiOperation> {
    return this.#inner.supportedOperations;
  }

  perform<O extends SingleOperation>(operation: O, given: CallContext): Promise<SingleResults[O['kind']]> {
    const recorder = this.#serving.recorder(given);
    const work = this.#inner.perform(operation, this.#serving.named(given, recorder?.span));
    return recorder?.following(work) ?? work;
  }

  stream<O extends StreamOperation>(operation: O, given: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    const recorder = this.#serving.recorder(given);
    const results = this.#inner.stream(operation, this.#serving.named(given, recorder?.span));
    return recorder?.followingItems(results, () => given.signal.aborted) ?? results;
  }
}
