import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  API_OPERATION_OF, ConnectorError, isWrite, withOutcome, type ApiConfiguration, type CallContext, type OperationKind,
} from '../../../protocol/model/index.js';
import { systemClock, type Clock } from '../clock.js';
import type { AnyConnector } from '../define-connector.js';
import type { Call, OpenContext, PoolLimits } from '../spi.js';
import { configuredSecrets, readConfiguration, stateName, type Config } from './bound-configuration.js';
import type { FacadeEnvironment } from './environment.js';
import { tracedStep } from '../operation-spans.js';
import { beginFacadeSpan } from './facade-span.js';
import { labelledLog } from './labelled-log.js';
import { OperationScope } from './operation-scope.js';
import { redactError } from './redact.js';
import { NO_SESSIONS, SessionPool, UNPOOLED, poolLimits, type SessionLease } from './session-pool.js';
import { SharedParts } from './shared-parts.js';
import { leavesSessionSound, translateError } from './translate-error.js';

/** A call in a borrowed session. */
export interface Borrowed {
  readonly session: unknown;
  readonly call: Call;
  readonly config: Config;
}

/** The secrets of a request, revealed only when an error has to be checked for them. */
export type Secrets = () => readonly string[];

/** Where a controller says 0 it means the framework's own default (protocol section 7.11). */
const DEFAULT_TIMEOUT = 60_000;

const NATIVE = { kind: 'client' } as const;

/** Runs calls of one connector under one configuration: session, deadline, abort, error translation, counting. */
export class Runner {
  readonly connector: AnyConnector;
  readonly api: ApiConfiguration;
  readonly clock: Clock;
  readonly environment: FacadeEnvironment;
  #pool: SessionPool<unknown> | undefined;
  readonly #shared = new SharedParts();
  readonly #shutdown = new AbortController();
  #running = 0;
  #whenIdle: (() => void) | undefined;
  #disposal: Promise<void> | undefined;
  #config: Config | undefined;
  #completed = 0;
  #failed = 0;
  #lastUsed: number;

  constructor(given: AnyConnector, api: ApiConfiguration, environment: FacadeEnvironment) {
    const { traffic } = environment;
    const connector = traffic?.opening?.(given, environment.given ?? api) ?? given;
    traffic?.secrets?.(() => [...configuredSecrets(connector, api), ...environment.secrets?.() ?? []]);
    this.connector = connector;
    this.api = api;
    this.environment = environment;
    this.clock = environment.clock ?? systemClock;
    this.#lastUsed = this.clock.now();
    // Every operation under way listens.
    setMaxListeners(0, this.#shutdown.signal);
  }

  /** Made for the first call: its limits may stand in the configuration, which can be wrong. */
  #sessions(): SessionPool<unknown> {
    const { connector } = this;
    return this.#pool ??= new SessionPool({
      name: connector.displayName,
      open: (signal) => tracedStep(signal, 'open session', {}, () => connector.open(this.config(), this.#openContext(signal))),
      close: (session) => connector.close(session),
      isAlive: (session, signal) => connector.isAlive?.(session, signal) ?? Promise.resolve(true),
      reusable: connector.reusable === undefined ? undefined : (session, signal) => connector.reusable?.(session, signal) ?? Promise.resolve(true),
    }, this.#limits(), this.clock);
  }

  #limits(): PoolLimits {
    const { connector, api } = this;
    if (!connector.pooled) return UNPOOLED;
    if (connector.poolLimits !== undefined) return connector.poolLimits(this.config());
    return api.connectorPoolingSupported ? poolLimits(api.pool) : UNPOOLED;
  }

  /** Read once; throws `configuration` every time it is wrong, `connectionBroken` after disposal. */
  config(): Config {
    this.#shutdown.signal.throwIfAborted();
    return this.#config ??= readConfiguration(this.connector, this.api);
  }

  /** Rejects with what is wrong with the configuration. No session is needed. */
  async validate(context: CallContext): Promise<void> {
    const ended = this.started();
    const scope = this.scope(context);
    const timeout = this.timeoutOf('validate');
    let well = false;
    try {
      const config = this.config();
      await scope.wait(async () => this.connector.validateHere?.(config, this.environment), timeout, () => tooLong('validate', this.connector, timeout));
      well = true;
    } catch (error) {
      throw this.failure(error, scope.signal);
    } finally {
      scope.close();
      ended(well);
    }
  }

  status() {
    return {
      sessions: this.#pool?.status() ?? NO_SESSIONS,
      operations: { running: this.#running, completed: this.#completed, failed: this.#failed },
      idleFor: this.#running > 0 ? 0 : this.clock.now() - this.#lastUsed,
      disposed: this.#shutdown.signal.aborted,
    };
  }

  /** Idempotent; waits until every operation has let go. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    this.#shutdown.abort(new ConnectorError('connectionBroken', `The connection to ${this.connector.displayName} was closed: its configuration was changed or the agent stops.`));
    if (this.#running > 0) await new Promise<void>((resolve) => { this.#whenIdle = resolve; });
    await this.#pool?.dispose();
    await this.#shared.close();
  }

  /** Milliseconds, Infinity for none. */
  timeoutOf(kind: OperationKind): number {
    const timeout = this.api.timeouts.get(API_OPERATION_OF[kind]) ?? -1;
    return timeout < 0 ? Infinity : timeout === 0 ? DEFAULT_TIMEOUT : timeout;
  }

  scope(context: CallContext): OperationScope {
    return new OperationScope(this.clock, context.signal, this.#shutdown.signal);
  }

  /** The error as it leaves the facade. */
  failure(error: unknown, signal: AbortSignal, secrets: Secrets = () => []): ConnectorError {
    return redactError(translateError(this.connector, error, signal), [...configuredSecrets(this.connector, this.api), ...this.environment.secrets?.() ?? [], ...secrets()]);
  }

  /** Counts an operation as running until the returned function is called. */
  started(): (well: boolean) => void {
    this.#lastUsed = this.clock.now();
    this.#running++;
    return (well) => {
      this.#lastUsed = this.clock.now();
      this.#running--;
      if (well) this.#completed++;
      else this.#failed++;
      if (this.#running === 0) this.#whenIdle?.();
    };
  }

  /** One call with one answer; its timeout covers the wait for a session too. */
  async single<T>(kind: OperationKind, context: CallContext, secrets: Secrets, work: (borrowed: Borrowed) => Promise<T>): Promise<T> {
    const ended = this.started();
    this.environment.traffic?.secrets?.(secrets);
    const scope = this.scope(context);
    const timeout = this.timeoutOf(kind);
    const deadline = this.clock.now() + timeout;
    const expiry = () => tooLong(kind, this.connector, timeout);
    const span = beginFacadeSpan(kind, context, scope.signal, this.connector.id);
    let failed: ConnectorError | undefined;
    let lease: SessionLease<unknown> | undefined;
    let sound = true;
    let well = false;
    try {
      const borrowed = await this.borrow(kind, context, scope, timeout, expiry);
      lease = borrowed.lease;
      const result = await scope.wait(() => tracedStep(scope.signal, `native ${kind}`, NATIVE, () => work(borrowed)), deadline - this.clock.now(), expiry);
      well = true;
      return result;
    } catch (error) {
      const failure = this.failure(error, scope.signal, secrets);
      failed = failure;
      sound = leavesSessionSound(failure, scope.signal);
      throw lease === undefined && isWrite(kind) ? withOutcome(failure, 'notApplied') : failure;
    } finally {
      lease?.release(sound, scope.leftBehind);
      scope.close();
      ended(well);
      span.end(well, failed);
    }
  }

  async borrow(kind: OperationKind, context: CallContext, scope: OperationScope, milliseconds: number, expiry: () => ConnectorError): Promise<Borrowed & { lease: SessionLease<unknown> }> {
    const config = this.config();
    const lease = await tracedStep(scope.signal, 'borrow session', {}, () => scope.wait(() => this.#sessions().acquire(scope.signal), milliseconds, expiry, (late) => late.release(false)));
    const log = labelledLog(this.environment.log, { operation: kind, operationId: context.operationId });
    return { lease, session: lease.session, config, call: { signal: scope.signal, log, locale: context.locale, operationId: context.operationId, permitTarget: context.permitTarget } };
  }

  #openContext(signal: AbortSignal): OpenContext {
    const directory = join(this.environment.stateRoot, this.connector.id, stateName(this.connector, this.environment.given ?? this.api));
    return {
      signal,
      log: this.environment.log,
      trustedCertificates: this.environment.trustedCertificates,
      permitTarget: this.environment.permitTarget,
      scripts: this.environment.scripts,
      clock: this.environment.clock,
      traffic: this.environment.traffic,
      waits: this.environment.waits,
      shared: (name, make, close) => this.#shared.take(name, make, close),
      stateDirectory: async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return directory;
      },
    };
  }
}

function tooLong(kind: OperationKind, { displayName }: AnyConnector, timeout: number): ConnectorError {
  return new ConnectorError('operationTimeout', `${kind} on ${displayName} took longer than ${timeout} ms.`);
}
