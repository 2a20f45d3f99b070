import { userInfo } from 'node:os';
import { facadeKeyOf } from '../../protocol/codec/index.js';
import type { ConnectorFacade } from '../../protocol/model/index.js';
import type { Clock, RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import type { TargetTraffic } from '../../connectors/framework/index.js';
import { readAuthorities } from '../agent.js';
import { openAgentAudit } from '../audit/configured-audit.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { configuredIsolation } from '../isolation/configured-isolation.js';
import { openConfiguredJournal } from '../journal/configured-journal.js';
import { AgentExecutor } from '../operations/executor.js';
import type { Guard } from '../policy/guard.js';
import { LivePolicy } from '../policy/live-policy.js';
import { subjectOf } from '../policy/subject.js';
import { hostConnectors } from '../relay/hosted-connectors.js';
import { facadeSecrets } from '../secrets/facade-secrets.js';
import { secretSourcesOf } from '../secrets/secret-sources.js';
import { productVersion } from '../version.js';
import { systemClock } from '../system-clock.js';
import type { DeskConfig } from './desk-config.js';
import type { DeskTarget } from './desk-target.js';

export interface DeskParts {
  readonly desk: DeskConfig;
  readonly target: DeskTarget;
  readonly log: SessionLog;
  /** Records the target's traffic or answers in its place. */
  readonly traffic?: TargetTraffic | undefined;
  readonly clock?: Clock | undefined;
}

/** One target as an agent would serve it to a controller, without one. */
export interface Desk {
  /** As policy and audit see who asks. */
  readonly principal: string;
  /** Every operation passes audit, limits, policy and journal, and the connector's own limits. */
  readonly facade: ConnectorFacade;
  /** What the policy says of an operation, as it is now. */
  guard(): Promise<Guard>;
  /** A facade of its own that passes nothing of the above, with something between it and the target that stops writes. */
  rehearsing(traffic: TargetTraffic): Promise<ConnectorFacade>;
  close(): Promise<void>;
}

/** Rejects with a CliError, a ConfigError or a ConnectorError that says what is wrong. */
export async function openDesk({ desk, target, log, traffic, clock = systemClock }: DeskParts): Promise<Desk> {
  const { config } = desk;
  const { connector, connectorKey, configuration } = target;
  const { enabled } = config.connectors;
  if (enabled !== undefined && !enabled.includes(connector.id)) throw new CliError(`The agent does not offer the connector ${connector.id} (connectors.enabled).`, EXIT.usage);
  const audit = await openAgentAudit(config, { clock, log, version: productVersion() });
  const trustedCertificates = await readAuthorities(config.connectors.ca);
  const policy = await LivePolicy.start({ file: config.policy.file, checkInterval: config.policy.checkInterval, stateDirectory: config.agent.stateDirectory, clock, log, audit: audit.log });
  const journal = await openConfiguredJournal(config, log);
  // A connector in a process of its own cannot be looked at on its way to the target.
  const isolation = traffic === undefined ? await configuredIsolation(config, { clock, log }) : undefined;
  const own = { enabled: [connector.id], load: () => Promise.resolve(connector), trustedCertificates };
  const hosted = hostConnectors(config, { ...own, policy, journal, audit: audit.parts, isolation, traffic: () => traffic }, { clock, log, version: productVersion() });
  const principal = `desk:${userInfo().username}`;
  const origin: RequestOrigin = { peerSessionId: 'desk', principal, messageId: 1, locale: undefined };
  const facadeKey = facadeKeyOf(configuration);
  const others: AgentExecutor[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(others.map((executor) => executor.close()));
    await hosted.close();
    await journal.close();
    await audit.close();
  };
  const facade = await hosted.executor.facadeFor(connectorKey, facadeKey, origin).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    principal, facade, close,
    guard: () => policy.guard(policy.subject(configuration, connectorKey, () => subjectOf(connector, configuration, connectorKey)), principal),
    rehearsing: async (stopping) => {
      const executor = new AgentExecutor({
        ...own, ...config.connectors, enabled: own.enabled, stateDirectory: config.agent.stateDirectory, clock, log, traffic: () => stopping,
        secrets: facadeSecrets(config, { sources: secretSourcesOf(config), now: () => clock.now(), log }),
      });
      others.push(executor);
      return executor.facadeFor(connectorKey, facadeKey, origin);
    },
  };
}
