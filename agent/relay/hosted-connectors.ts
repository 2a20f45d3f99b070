import type { Clock, OperationExecutor, SessionLog } from '../../protocol/session/contract.js';
import type { AgentConfig } from '../config/agent-config.js';
import { AgentExecutor, type ExecutorOptions } from '../operations/executor.js';
import { relaySessionOf } from '../wiring.js';
import { RelaySession, type RelayStatus } from './relay-session.js';
import { RelayingExecutor } from './relaying-executor.js';

export interface HostedConnectors {
  /** What controllers may have executed: here, or at a connector server behind us. */
  readonly executor: OperationExecutor;
  /** Connector configurations open here. */
  readonly facadeCount: number;
  relays(): readonly RelayStatus[];
  /** Dials the connector servers. Resolves at once when there are none. */
  start(onGrown: () => void): Promise<void>;
  close(): Promise<void>;
}

/** The agent's own connectors and, where relays are configured, those of the servers behind it. */
export function hostConnectors(config: AgentConfig, own: Pick<ExecutorOptions, 'enabled' | 'trustedCertificates'>, parts: { readonly clock: Clock; readonly log: SessionLog; readonly version: string }): HostedConnectors {
  const executor = new AgentExecutor({ ...config.connectors, ...own, stateDirectory: config.agent.stateDirectory, clock: parts.clock, log: parts.log });
  const relays = config.relays.map((relay) => new RelaySession(relaySessionOf(config, relay, parts)));
  let tell: () => void = () => undefined;
  const relaying = relays.length === 0 ? undefined : new RelayingExecutor({ own: executor, relays, clock: parts.clock, log: parts.log, onGrown: () => { tell(); } });
  return {
    executor: relaying ?? executor,
    get facadeCount() { return executor.facadeCount; },
    relays: () => relays.map((relay) => relay.status()),
    start: async (onGrown) => {
      tell = onGrown;
      await relaying?.start();
    },
    close: async () => {
      await Promise.all([executor.close(), relaying?.close()]);
    },
  };
}
