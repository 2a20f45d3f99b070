import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentExecutor } from '../../../../agent/operations/executor.js';
import { ListenerSession, type ListenerSessionOptions } from '../../../../agent/session/listener-session.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { connectorServerKeyHash } from '../../../../agent/transport/connector-server-key.js';
import { createFacade, type AnyConnector } from '../../../../connectors/framework/index.js';
import type { SessionLimits } from '../../../../protocol/session/contract.js';
import { recordedLog, type RecordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';

/** The key of the agents of these tests. */
export const KEY = 'a key of our own';

export interface ListeningAgentOptions {
  /** All the agent has. */
  readonly connectors: readonly AnyConnector[];
  readonly tls?: ListenerSessionOptions['listen']['tls'];
  readonly limits?: Partial<SessionLimits>;
  /** Milliseconds between two looks for changes of a subscription. @default 50 */
  readonly subscriptionInterval?: number;
}

/** One line of the agent's log about an operation. */
export interface LoggedOperation {
  readonly operation: string;
  readonly outcome: 'ok' | 'failed' | 'left';
  readonly count: number | undefined;
  readonly error: string | undefined;
}

/** An agent in server mode in this process, with the connectors a test gives it. */
export class ListeningAgent {
  readonly log: RecordedLog = recordedLog();
  readonly #options: ListeningAgentOptions;
  readonly #state: string;
  #session: ListenerSession | undefined;
  #executor: AgentExecutor | undefined;
  #port = 0;

  private constructor(options: ListeningAgentOptions, state: string) {
    this.#options = options;
    this.#state = state;
  }

  static async start(options: ListeningAgentOptions): Promise<ListeningAgent> {
    const agent = new ListeningAgent(options, await mkdtemp(join(tmpdir(), 'causeway-driver-suite-')));
    await agent.open();
    return agent;
  }

  get port(): number {
    return this.#port;
  }

  /** Operations under way for all controllers. */
  get executing(): number {
    return this.#session?.status().executing ?? 0;
  }

  get facades(): number {
    return this.#executor?.facadeCount ?? 0;
  }

  /** Starts listening (again), on the same port as before; a fresh session id, as after a restart of the process. */
  async open(): Promise<void> {
    const { connectors, tls, limits = {}, subscriptionInterval = 50 } = this.#options;
    const byId = new Map(connectors.map((connector) => [connector.id, connector]));
    const executor = new AgentExecutor({
      enabled: [...byId.keys()], maxFacades: 100, facadeIdle: 60_000, stateDirectory: this.#state, clock: systemClock, log: this.log,
      load: async (id) => byId.get(id),
      open: (connector, configuration) => createFacade(connector, configuration, { log: this.log, stateRoot: this.#state, subscriptionInterval }),
    });
    this.#executor = executor;
    this.#session = await ListenerSession.open({
      listen: { port: this.#port, address: '127.0.0.1', keyHash: connectorServerKeyHash(KEY), tls, maxFrameBytes: 32 * 1024 ** 2, maxConnections: 64, maxUnauthenticated: 16, authenticationTimeout: 10_000 },
      limits, executor, clock: systemClock, log: this.log,
    });
    this.#port = this.#session.status().port;
  }

  /** As the agent does on SIGTERM: refuses what is new, waits `grace` milliseconds for the rest, closes. */
  async shutDown(grace = 0): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.drain(AbortSignal.timeout(grace));
    await session?.close();
    await this.#executor?.close();
  }

  async stop(): Promise<void> {
    await this.shutDown();
    await rm(this.#state, { recursive: true, force: true });
  }

  /** What the log tells of operations of this kind. */
  logged(operation: string): LoggedOperation[] {
    return this.log.entries.filter(({ message, fields }) => message === 'operation' && fields['operation'] === operation)
      .map(({ fields }) => fields as unknown as LoggedOperation);
  }

  /** Waits for a line about an operation of this kind, not counting the first `before`. */
  async nextLogged(operation: string, before: number): Promise<LoggedOperation> {
    await until(() => this.logged(operation).length > before, `the agent to have ended a ${operation}`);
    return this.logged(operation)[before]!;
  }
}
