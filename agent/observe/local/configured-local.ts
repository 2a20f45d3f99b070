import type { Clock, SessionLog } from '../../../protocol/session/contract.js';
import type { AgentStatus } from '../../agent.js';
import type { AgentConfig } from '../../config/agent-config.js';
import type { OperationWatch } from '../watch/operation-watch.js';
import { localDirectoryOf } from './local-files.js';
import type { LocalContent } from './local-routes.js';
import { startLocalServer, type LocalServer } from './local-server.js';
import { statusDocument } from './status-document.js';

export interface ConfiguredLocalParts extends Pick<LocalContent, 'metrics'> {
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly hostId: string | undefined;
  readonly version: string;
  readonly watch: OperationWatch;
  status(): AgentStatus;
  /** Drains and ends the agent. */
  stop(): Promise<void>;
}

/** The local server as `health` of the configuration wants it; undefined where there is no such section. */
export async function startConfiguredLocal({ agent, health }: AgentConfig, { watch, status, stop, metrics, ...parts }: ConfiguredLocalParts): Promise<LocalServer | undefined> {
  if (health === undefined) return undefined;
  const { clock, log } = parts;
  const drain = (): number => {
    log.info({ grace: agent.shutdownGrace }, 'Asked on this machine to drain: operations under way may finish, new ones are refused.');
    void stop(); // its outcome is that of `ended`
    return watch.operations().runningCount;
  };
  return startLocalServer({
    port: health.port, address: health.address, directory: localDirectoryOf(agent.stateDirectory), clock, log,
    readiness: status, status: statusDocument({ ...parts, name: agent.name, watch, status }), drain, metrics, metricsAccess: health.metrics,
  });
}
