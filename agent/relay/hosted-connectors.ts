import type { Tracer } from '../../protocol/model/index.js';
import type { Clock, OperationExecutor, SessionLog } from '../../protocol/session/contract.js';
import { createFacade } from '../../connectors/framework/index.js';
import { auditStages } from '../audit/audit-stages.js';
import type { AuditParts } from '../audit/audited-operation.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { Isolation } from '../isolation/isolation.js';
import type { ProcessStatus } from '../isolation/process-keeper.js';
import type { AgentMetrics } from '../observe/metrics/agent-metrics.js';
import type { OperationWatch } from '../observe/watch/operation-watch.js';
import { noteUnopened, watchStage } from '../observe/watch/watched-facade.js';
import { AgentExecutor, type ExecutorOptions, type FacadeSessions } from '../operations/executor.js';
import { scriptHost } from '../operations/script-host.js';
import { OverloadProtection, type OverloadStatus } from '../overload/overload-protection.js';
import { facadeSecrets } from '../secrets/facade-secrets.js';
import { secretSourcesOf } from '../secrets/secret-sources.js';
import type { LivePolicy } from '../policy/live-policy.js';
import { policyStage } from '../policy/policed-facade.js';
import { connectorNames } from '../policy/subject.js';
import { relaySessionOf } from '../wiring.js';
import type { SessionFigures } from '../session/session-figures.js';
import { RelaySession, type RelayStatus } from './relay-session.js';
import { RelayingExecutor } from './relaying-executor.js';

export interface HostedConnectors {
  /** What controllers may have executed: here, or at a connector server behind us. */
  readonly executor: OperationExecutor;
  /** Connector configurations open here. */
  readonly facadeCount: number;
  relays(): readonly RelayStatus[];
  /** What counts their operations; undefined where nobody can ask. */
  readonly metrics: AgentMetrics | undefined;
  /** Of the relays, by their names. */
  relayFigures(): ReadonlyMap<string, SessionFigures>;
  /** Sessions of the own connectors with their targets. */
  sessions(): readonly FacadeSessions[];
  load(): OverloadStatus;
  /** Processes of connectors; undefined where every connector runs in this one. */
  isolation(): readonly ProcessStatus[] | undefined;
  /** Dials the connector servers. Resolves at once when there are none. */
  start(onGrown: () => void): Promise<void>;
  close(): Promise<void>;
}

/** The agent's own connectors and, where relays are configured, those of the servers behind it. */
export function hostConnectors(config: AgentConfig, own: Pick<ExecutorOptions, 'enabled' | 'trustedCertificates' | 'journal' | 'traffic' | 'load'> & { readonly policy: LivePolicy; readonly audit?: AuditParts | undefined; readonly isolation?: Isolation | undefined; readonly watch?: OperationWatch | undefined; readonly tracer?: Tracer | undefined }, parts: { readonly clock: Clock; readonly log: SessionLog; readonly version: string; readonly metrics?: AgentMetrics | undefined }): HostedConnectors {
  const overload = new OverloadProtection(config.limits, parts);
  const secrets = facadeSecrets(config, { sources: secretSourcesOf(config), now: () => parts.clock.now(), log: parts.log, audit: (event) => own.audit?.audit.event(event) ?? Promise.resolve() });
  const { stages: auditing, onUnopened } = auditStages(own.audit);
  const { isolation, watch } = own;
  const policed = policyStage(own.policy, async (operationId) => await own.journal?.find(operationId) !== undefined);
  const waits = parts.metrics?.waits;
  const executor = new AgentExecutor({
    secrets, waits: waits && (({ id }) => waits.of(id)),
    open: isolation && ((connector, ...rest) => (isolation.isolates(connector.id) ? isolation.open(connector, ...rest) : createFacade(connector, ...rest))),
    ...config.connectors, ...own, stateDirectory: config.agent.stateDirectory, clock: parts.clock, log: parts.log, metering: parts.metrics?.operations,
    onUnopened: (connectorKey, origin, error) => {
      parts.metrics?.unopened(error);
      if (watch !== undefined) noteUnopened(watch, connectorKey, origin.principal, error);
      onUnopened?.(connectorKey, origin, error);
    },
    stages: [...(watch === undefined ? [] : [watchStage(watch)]), ...auditing, overload.stage, policed], scripts: scriptHost(config.scripts, [...auditing, policed]), permitTarget: (connector, key) => own.policy.permitTarget(connectorNames(key, connector.id)), refusal: (kind) => overload.refusal(kind),
  });
  const relays = config.relays.map((relay) => new RelaySession(relaySessionOf(config, relay, parts)));
  let tell: () => void = () => undefined;
  const relaying = relays.length === 0 ? undefined : new RelayingExecutor({ own: executor, relays, policy: own.policy, audit: own.audit, journal: own.journal, watch, metering: parts.metrics?.operations, clock: parts.clock, log: parts.log, onGrown: () => { tell(); } });
  return {
    executor: relaying ?? executor,
    metrics: parts.metrics,
    get facadeCount() { return executor.facadeCount; },
    relays: () => relays.map((relay) => relay.status()),
    relayFigures: () => new Map(relays.map((relay) => [relay.name, relay.figures()])),
    sessions: () => executor.sessions(),
    load: () => overload.status(),
    isolation: () => isolation?.status(),
    start: async (onGrown) => {
      tell = onGrown;
      await relaying?.start();
    },
    close: async () => {
      await Promise.all([executor.close(), relaying?.close(), own.policy.close(), overload.close()]);
      await isolation?.close();
      parts.metrics?.close();
    },
  };
}
