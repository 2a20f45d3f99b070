import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type AgentStatus, type RunningAgent } from '../../../../agent/agent.js';
import { readConfig } from '../../../../agent/config/load-config.js';
import { systemClock } from '../../../../agent/system-clock.js';
import { freePorts } from '../../../support/free-ports.js';
import { recordedLog, type RecordedLog } from '../../../support/quiet-log.js';
import { until } from '../../../support/until.js';

/** The key the agent is dialled with. */
export const AGENT_KEY = 'the relay tests\' key';

export interface RelayingAgentOptions {
  /** As `relays:` of the configuration. */
  readonly relays: readonly Readonly<Record<string, unknown>>[];
  readonly session?: Readonly<Record<string, unknown>>;
  /** Ids of its own connectors. @default none */
  readonly enabled?: readonly string[];
}

/** One line of the log about an operation that was passed on. */
export interface RelayedOperationLine {
  readonly operation: string;
  readonly connector: string;
  readonly relay: string;
  readonly outcome: string;
  readonly error: string | undefined;
  readonly count: number | undefined;
  readonly durationMs: number;
}

/** An agent in this process that listens for a controller and passes operations on. */
export class RelayingAgent {
  readonly port: number;
  readonly log: RecordedLog = recordedLog();
  readonly #options: RelayingAgentOptions;
  readonly #directory: string;
  #agent: RunningAgent | undefined;

  private constructor(options: RelayingAgentOptions, port: number, directory: string) {
    this.#options = options;
    this.port = port;
    this.#directory = directory;
  }

  static async start(options: RelayingAgentOptions): Promise<RelayingAgent> {
    const [port] = await freePorts(1) as [number];
    const agent = new RelayingAgent(options, port, await mkdtemp(join(tmpdir(), 'causeway-relay-')));
    await agent.open();
    return agent;
  }

  get stateDirectory(): string {
    return join(this.#directory, 'state');
  }

  status(): AgentStatus {
    if (this.#agent === undefined) throw new Error('the agent is not running');
    return this.#agent.status();
  }

  /** Operations that were passed on, as the log has them. */
  get relayed(): readonly RelayedOperationLine[] {
    return this.log.entries.filter(({ message, fields }) => message === 'operation' && fields['relay'] !== undefined).map(({ fields }) => fields as unknown as RelayedOperationLine);
  }

  async open(): Promise<void> {
    const { relays, session = {}, enabled = [] } = this.#options;
    const settings = {
      agent: { name: 'relaying', stateDirectory: 'state', shutdownGrace: '2s' },
      listeners: [{ port: this.port, address: '127.0.0.1', key: AGENT_KEY }],
      relays, connectors: { enabled }, policy: { file: 'policy.yaml' }, session: { backoffBase: '50ms', backoffCap: '500ms', startStagger: 0, ...session },
    };
    await writeFile(join(this.#directory, 'policy.yaml'), 'version: 1\ndefault: allow\nscripts: {any: true}\n');
    this.#agent = await startAgent(readConfig(JSON.stringify(settings), join(this.#directory, 'agent.yaml')), { clock: systemClock, log: this.log, version: '0.0.0' });
  }

  /** Until every relay has all of its sockets. */
  async connected(): Promise<void> {
    await until(() => this.status().relays.every(({ serving, lines, connectors }) => serving === lines && serving > 0 && connectors !== undefined), 'the relays to be connected', 20_000);
  }

  async shut(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = undefined;
  }

  async stop(): Promise<void> {
    await this.shut();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
