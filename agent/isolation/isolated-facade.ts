import { facadeKeyOf } from '../../protocol/codec/index.js';
import {
  ConnectorError, chunksOf, isWrite, itemsOf, withOutcome, type ApiConfiguration, type ApiOperation, type BatchTask, type CallContext, type Chunks, type ConnectorFacade, type ConnectorKey,
  type ConnectorTarget, type Operation, type PermitTarget, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type Uid,
} from '../../protocol/model/index.js';
import type { Clock } from '../../protocol/session/contract.js';
import { createFacade, type AnyConnector, type FacadeEnvironment, type FacadeHandle, type FacadeStatus } from '../../connectors/framework/index.js';
import { runBatch } from '../../connectors/framework/facade/batch.js';
import { checkRequest, checkSupported } from '../../connectors/framework/facade/check-request.js';
import { callName } from './call-names.js';
import type { ConnectorProcess, OpenedConfiguration } from './connector-process.js';
import type { OpenMessage, SpansMessage, WaitMessage } from './control-messages.js';
import { endedDuring } from './process-end.js';
import type { ProcessKeeper } from './process-keeper.js';
import { ProcessSpans } from './process-spans.js';
import { ProcessWaits } from './process-waits.js';

const BATCH_CONCURRENCY = 4;
/** Longest wait at the end for operations to hear that their configuration is closed. Milliseconds. */
const LEAVE_TIME = 2_000;

export interface IsolatedFacadeOptions {
  readonly connector: AnyConnector;
  /** With secrets in it. */
  readonly configuration: ApiConfiguration;
  readonly environment: FacadeEnvironment;
  /** Another for each facade of this agent. */
  readonly handle: number;
  readonly keeper: ProcessKeeper;
  readonly clock: Clock;
}

/**
 * A facade whose connector runs in a process of its own. What is asked of it goes there by the protocol, in order and under
 * backpressure; requests name the configuration by a number, so that its secrets go over the pipe once.
 */
export class IsolatedFacade implements FacadeHandle, OpenedConfiguration {
  readonly connectorKey: ConnectorKey;
  readonly handle: number;
  readonly facadeKey: string;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  readonly log: FacadeEnvironment['log'];
  readonly #options: IsolatedFacadeOptions;
  /** Of operations that were given a say of their own. */
  readonly #permits = new Map<number, PermitTarget>();
  readonly #spans = new ProcessSpans();
  readonly #waits: ProcessWaits;
  #lastCall = 0;
  #running = 0;
  #completed = 0;
  #failed = 0;
  #lastUsed: number;
  #whenIdle: (() => void) | undefined;
  #disposal: Promise<void> | undefined;

  constructor(options: IsolatedFacadeOptions) {
    const { connector, configuration, environment, handle, keeper, clock } = options;
    this.#options = options;
    this.connectorKey = connector.key;
    this.handle = handle;
    this.supportedOperations = supportedBy(connector, configuration, environment);
    this.log = environment.log;
    this.#waits = new ProcessWaits(environment.waits);
    this.#lastUsed = clock.now();
    this.facadeKey = shortKey({ ...configuration, supportedOperations: this.supportedOperations }, handle);
    keeper.use(handle);
  }

  status(): FacadeStatus {
    return {
      // The pool is the process's; its sessions are not counted here.
      sessions: { inUse: this.#running, idle: 0, waiting: 0, opened: 0 },
      operations: { running: this.#running, completed: this.#completed, failed: this.#failed },
      idleFor: this.#running > 0 ? 0 : this.#options.clock.now() - this.#lastUsed,
      disposed: this.#disposal !== undefined,
    };
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  /** Secrets are revealed only to be sent. */
  opening(): OpenMessage {
    const { configuration, environment: { given, secrets, permitTarget, waits, sortLimits, subscriptionInterval } } = this.#options;
    return {
      kind: 'open', handle: this.handle, facadeKey: this.facadeKey, configuration: facadeKeyOf(configuration), given: given === undefined || given === configuration ? undefined : facadeKeyOf(given),
      secrets: secrets?.() ?? [], asks: permitTarget !== undefined, countsWaits: waits !== undefined, sortLimits, subscriptionInterval,
    };
  }

  async permit(call: number | undefined, target: ConnectorTarget): Promise<void> {
    if (call === undefined) return this.#options.environment.permitTarget?.(target);
    const permit = this.#permits.get(call);
    if (permit === undefined) throw new ConnectorError('permissionDenied', 'The operation that asks is over.');
    return permit(target);
  }

  told(message: SpansMessage | WaitMessage): void {
    switch (message.kind) {
      case 'spans':
        this.#spans.told(message);
        return;
      case 'waits':
        this.#waits.begun(message.wait, message.cause);
        return;
      case 'waited':
        this.#waits.over(message.wait);
        return;
    }
  }

  lost(failure: ConnectorError): void {
    this.#spans.lost(failure);
    this.#waits.lost();
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    const ended = this.#started();
    const { named, forget } = this.#name(call);
    let process: ConnectorProcess | undefined;
    try {
      process = await this.#serving(call);
      const result = await this.#remote(process).perform(operation, named);
      ended(true);
      return result;
    } catch (error) {
      ended(false);
      throw this.#failure(error, operation, call, process);
    } finally {
      forget();
    }
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    // Task by task: so each of them has an error and an outcome of its own, which a batch's answer would not carry.
    if (operation.kind === 'batch') return this.#batch(operation, call) as AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>;
    return itemsOf(this.#chunks(operation, call), () => call.signal.aborted);
  }

  async *#chunks<O extends StreamOperation>(operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
    const ended = this.#started();
    const { named, forget } = this.#name(call);
    let process: ConnectorProcess | undefined;
    let results: Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> | undefined;
    let well = false;
    try {
      process = await this.#serving(call);
      results = chunksOf(this.#remote(process).stream(operation, named));
      for (;;) {
        const step = await results.next();
        if (step.done === true) {
          well = true;
          return step.value;
        }
        yield step.value;
      }
    } catch (error) {
      throw this.#failure(error, operation, call, process);
    } finally {
      try {
        await results?.return(undefined as never);
      } finally {
        forget();
        ended(well);
      }
    }
  }

  async *#batch(operation: Extract<StreamOperation, { kind: 'batch' }>, call: CallContext) {
    checkSupported(operation.kind, this.supportedOperations);
    checkRequest(operation);
    const run = async (task: BatchTask): Promise<Uid | null> => (await this.perform(task, call)) ?? null;
    return yield* runBatch(operation.tasks, operation.options, this.#options.environment.batchConcurrency ?? BATCH_CONCURRENCY, run, call.signal);
  }

  async #serving({ signal }: CallContext): Promise<ConnectorProcess> {
    this.#requireOpen();
    const process = await this.#options.keeper.serving(signal);
    this.#requireOpen();
    return process;
  }

  #requireOpen(): void {
    if (this.#disposal !== undefined) {
      throw new ConnectorError('connectionBroken', `The connection to ${this.#options.connector.displayName} was closed: its configuration was changed or the agent stops.`, { outcome: 'notApplied' });
    }
  }

  #remote(process: ConnectorProcess): ConnectorFacade {
    return process.facade(this);
  }

  /** The call under a name by which the process can ask and tell about it. */
  #name(call: CallContext): { readonly named: CallContext; readonly forget: () => void } {
    const { permitTarget, operationId, span } = call;
    const asks = permitTarget !== undefined;
    const isTraced = span?.isRecorded === true;
    if (!asks && !isTraced) return { named: { ...call, operationId: callName({ call: undefined, asks, operationId }) }, forget: () => undefined };
    const number = ++this.#lastCall;
    if (asks) this.#permits.set(number, permitTarget);
    if (isTraced) this.#spans.begin(number, span);
    return {
      named: { ...call, operationId: callName({ call: number, asks, operationId }) },
      forget: () => {
        this.#permits.delete(number);
        this.#spans.ended(number);
      },
    };
  }

  #failure(error: unknown, operation: Operation, { signal }: CallContext, process: ConnectorProcess | undefined): unknown {
    const writes = isWrite(operation.kind);
    if (signal.aborted) return afterAbort(error, signal, writes);
    if (!(error instanceof ConnectorError)) return error;
    const end = process?.end;
    if (end !== undefined && isLoss(error)) {
      const what = 'objectClass' in operation ? `${operation.kind} of ${operation.objectClass}` : operation.kind;
      return endedDuring(this.#options.connector.id, operation, what, end);
    }
    return error;
  }

  #started(): (well: boolean) => void {
    const { clock } = this.#options;
    this.#lastUsed = clock.now();
    this.#running += 1;
    return (well) => {
      this.#lastUsed = clock.now();
      this.#running -= 1;
      if (well) this.#completed += 1;
      else this.#failed += 1;
      if (this.#running === 0) this.#whenIdle?.();
    };
  }

  async #dispose(): Promise<void> {
    const { keeper, handle, clock } = this.#options;
    await keeper.process?.dispose(handle);
    if (this.#running > 0) {
      const idle = new AbortController();
      this.#whenIdle = () => { idle.abort(new Error('idle')); };
      await clock.sleep(LEAVE_TIME, idle.signal).catch(() => undefined);
    }
    await keeper.release(handle);
  }
}

/** The session ended, not the operation. */
function isLoss({ kind }: ConnectorError): boolean {
  return kind === 'connectionBroken' || kind === 'connectionFailed';
}

/** As a facade of this process would say it: what the signal says, and of a write that nobody knows. */
function afterAbort(error: unknown, { reason }: AbortSignal, writes: boolean): unknown {
  const said = reason instanceof ConnectorError ? reason
    : reason instanceof Error && reason.name === 'TimeoutError' ? new ConnectorError('operationTimeout', 'The operation took longer than its caller allows.', { cause: reason })
      : new ConnectorError('connector', 'The operation was cancelled by its caller.');
  if (!writes) return said;
  return withOutcome(said, error instanceof ConnectorError && error.outcome !== undefined ? error.outcome : 'unknown');
}

/** Asks the framework, with nothing opened for it. */
function supportedBy(connector: AnyConnector, configuration: ApiConfiguration, { stateRoot }: FacadeEnvironment): ReadonlySet<ApiOperation> {
  const silent = (): void => undefined;
  return createFacade(connector, configuration, { log: { debug: silent, info: silent, warn: silent, error: silent }, stateRoot }).supportedOperations;
}

/** What stands for the configuration in requests: a number, and no times, since these are the process's to keep. */
function shortKey(configuration: ApiConfiguration, handle: number): string {
  return facadeKeyOf({
    ...configuration, timeouts: new Map(),
    properties: [{ order: 1, confidential: false, required: false, name: 'handle', helpMessageKey: null, displayMessageKey: null, groupMessageKey: null, type: 'String', value: String(handle), operations: [] }],
  });
}
