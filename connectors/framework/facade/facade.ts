import {
  ConnectorError,
  type ApiConfiguration, type ApiOperation, type BatchTask, type CallContext, type ConnectorObject, type Filter, type OperationOptions,
  type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type SyncDelta, type SyncToken, type Uid,
} from '../../../protocol/model/index.js';
import type { AnyConnector } from '../define-connector.js';
import { attributesOfFilter, evaluateFilter } from '../filter-evaluation.js';
import { offeredOperations } from '../offered-operations.js';
import { runBatch } from './batch.js';
import { configurationDigest, unknownProperties } from './bound-configuration.js';
import { checkRequest, checkSupported } from './check-request.js';
import type { FacadeEnvironment, FacadeHandle, FacadeStatus } from './environment.js';
import { labelledLog } from './labelled-log.js';
import { PagingCookies } from './paging-cookie.js';
import { projectionOf } from './projection.js';
import { Runner } from './runner.js';
import { performSingle } from './single-operations.js';
import { streamSearch, streamSync } from './streams.js';
import { pollChanges } from './subscription.js';

type Subscription = Extract<StreamOperation, { kind: 'subscribeToChanges' | 'subscribeToObjects' }>;
type Stream<O extends StreamOperation> = AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>;
type AnyStream = AsyncGenerator<StreamItems[StreamOperation['kind']], StreamEnds[StreamOperation['kind']], void>;

const SUBSCRIPTION_INTERVAL = 5_000;
const BATCH_CONCURRENCY = 4;

/**
 * Binds a connector to a configuration. Never throws: a wrong configuration fails every operation with `configuration`,
 * `validate` first, as peers expect.
 */
export function createFacade(connector: AnyConnector, configuration: ApiConfiguration, environment: FacadeEnvironment): FacadeHandle {
  return new LocalFacade(connector, configuration, environment);
}

/** A refusal is told on the first pull, like every other failure of a stream. */
async function* failing(error: unknown): AsyncGenerator<never, never, void> {
  throw error;
}

class LocalFacade implements FacadeHandle {
  readonly connectorKey;
  readonly #runner: Runner;
  readonly #cookies: PagingCookies;
  readonly #asked: ReadonlySet<ApiOperation>;
  #supported: ReadonlySet<ApiOperation> | undefined;

  constructor(connector: AnyConnector, configuration: ApiConfiguration, environment: FacadeEnvironment) {
    const log = labelledLog(environment.log, { connector: connector.id });
    this.connectorKey = connector.key;
    this.#runner = new Runner(connector, configuration, { ...environment, log });
    this.#cookies = new PagingCookies(configurationDigest(connector, environment.given ?? configuration));
    const offered = offeredOperations(connector);
    this.#asked = new Set([...offered].filter((operation) => configuration.supportedOperations.has(operation)));
    const unknown = unknownProperties(connector, configuration);
    if (unknown.length > 0) log.warn({ properties: unknown }, `Configuration properties that ${connector.displayName} does not have are ignored`);
  }

  /** What the configuration asks for and the connector offers under it. */
  get supportedOperations(): ReadonlySet<ApiOperation> {
    if (this.#supported !== undefined) return this.#supported;
    const { connector } = this.#runner;
    if (connector.unavailable === undefined) return this.#supported = this.#asked;
    try {
      const unavailable = new Set(connector.unavailable(this.#runner.config()));
      return this.#supported = new Set([...this.#asked].filter((operation) => !unavailable.has(operation)));
    } catch {
      // A wrong configuration: every operation says so itself.
      return this.#asked;
    }
  }

  status(): FacadeStatus {
    return this.#runner.status();
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    this.#check(operation);
    return performSingle(this.#runner, this.#cookies, operation, call);
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): Stream<O> {
    try {
      this.#check(operation);
      // The kinds are matched one by one in #open; TypeScript cannot carry that through a generic.
      return this.#open(operation, call) as Stream<O>;
    } catch (error) {
      return failing(error);
    }
  }

  #check(operation: SingleOperation | StreamOperation): void {
    checkSupported(operation.kind, this.supportedOperations);
    checkRequest(operation);
  }

  #open(operation: StreamOperation, call: CallContext): AnyStream {
    switch (operation.kind) {
      case 'search':
        return streamSearch(this.#runner, this.#cookies, operation, call);
      case 'sync':
        return streamSync(this.#runner, operation, call);
      case 'subscribeToChanges':
        return this.#changes(operation, operation.token, operation.options, call);
      case 'subscribeToObjects':
        return this.#objects(operation, operation.filter, call);
      case 'batch':
        return this.#batch(operation.tasks, operation.options, call);
      case 'queryBatch':
        throw new ConnectorError('unsupportedOperation', 'Batch results cannot be queried: every batch is answered with its results.');
    }
  }

  async *#changes({ objectClass }: Subscription, token: SyncToken | null, options: OperationOptions, call: CallContext): AsyncGenerator<SyncDelta, undefined, void> {
    const scope = this.#runner.scope(call);
    const context = { ...call, signal: scope.signal };
    try {
      return yield* pollChanges(token, {
        clock: this.#runner.clock, signal: scope.signal,
        log: labelledLog(this.#runner.environment.log, { operation: 'subscribe', operationId: call.operationId }),
        interval: this.#runner.environment.subscriptionInterval ?? SUBSCRIPTION_INTERVAL,
        latestToken: () => performSingle(this.#runner, this.#cookies, { kind: 'latestSyncToken', objectClass }, context),
        onStarted: call.onSubscribed,
        sync: (from) => streamSync(this.#runner, { kind: 'sync', objectClass, token: from, options }, context),
      });
    } finally {
      scope.close();
    }
  }

  async *#objects(subscription: Subscription, filter: Filter | undefined, call: CallContext): AsyncGenerator<ConnectorObject, undefined, void> {
    const { resultsHandler } = this.#runner.api;
    const needed = filter === undefined ? [] : attributesOfFilter(filter);
    const projection = projectionOf(subscription.options, needed, resultsHandler.enableAttributesToGetSearchResultsHandler);
    const comparison = { ignoreCase: resultsHandler.enableCaseInsensitiveFilter };
    for await (const { object } of this.#changes(subscription, null, projection.options, call)) {
      if (object !== undefined && (filter === undefined || evaluateFilter(filter, object, comparison) === true)) yield projection.project?.(object) ?? object;
    }
  }

  async *#batch(tasks: readonly BatchTask[], options: OperationOptions, call: CallContext): AnyStream {
    const scope = this.#runner.scope(call);
    const run = async (task: BatchTask): Promise<Uid | null> => (await this.perform(task, { ...call, signal: scope.signal })) ?? null;
    try {
      return yield* runBatch(tasks, options, this.#runner.environment.batchConcurrency ?? BATCH_CONCURRENCY, run, scope.signal);
    } finally {
      scope.close();
    }
  }
}
