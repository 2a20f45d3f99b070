import type { Exposition } from '../../../deploy/runtime/metrics/metrics-registry.js';
import type { PeerFigures } from '../../../protocol/session/contract.js';
import type { AgentStatus } from '../../agent.js';
import type { AgentConfig } from '../../config/agent-config.js';
import type { FacadeSessions } from '../../operations/executor.js';
import type { HostedConnectors } from '../../relay/hosted-connectors.js';
import type { DialledSession } from '../../session/dialled-session.js';
import type { ListenerSession } from '../../session/listener-session.js';
import type { SessionFigures } from '../../session/session-figures.js';

/** Everything a scrape reads besides what was counted as it happened. */
export interface AgentFigures {
  readonly status: AgentStatus;
  /** By URL. */
  readonly controllers: ReadonlyMap<string, SessionFigures>;
  /** By name. */
  readonly relays: ReadonlyMap<string, SessionFigures>;
  /** By port. */
  readonly listeners: ReadonlyMap<string, PeerFigures>;
  readonly sessions: readonly FacadeSessions[];
  /** Of `limits`, `connectors` and `journal` in agent.yaml. */
  readonly limits: { readonly operations: number; readonly queue: number; readonly facades: number; readonly journalBytes: number };
  readonly logLinesDropped: number;
}

type ScrapeConfig = Pick<AgentConfig, 'limits' | 'connectors' | 'journal'>;

/** What a scrape looks at. */
export interface ScrapedParts {
  status(): AgentStatus;
  logLinesDropped(): number;
  readonly connectors: Pick<HostedConnectors, 'metrics' | 'sessions' | 'relayFigures'>;
  readonly controllers: readonly DialledSession[];
  readonly listeners: readonly ListenerSession[];
}

/** Answers Prometheus; undefined for an agent without metrics. */
export function scrapeOf(config: ScrapeConfig, parts: ScrapedParts): (() => Promise<Exposition>) | undefined {
  const { metrics } = parts.connectors;
  return metrics && (() => metrics.exposition(() => figuresNow(config, parts)));
}

function figuresNow({ limits, ...config }: ScrapeConfig, { connectors, controllers, listeners, ...parts }: ScrapedParts): AgentFigures {
  return {
    status: parts.status(), logLinesDropped: parts.logLinesDropped(), sessions: connectors.sessions(), relays: connectors.relayFigures(),
    controllers: new Map(controllers.map((session) => [session.status().url, session.figures()])),
    listeners: new Map(listeners.map((session) => [String(session.status().port), session.figures()])),
    limits: { operations: limits.operations, queue: limits.queue, facades: config.connectors.maxFacades, journalBytes: config.journal.maxSize },
  };
}
