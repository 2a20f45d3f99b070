import type { ControllerConfig } from '../config/controller-config.js';
import type { MetricsConfig } from '../config/metrics-config.js';
import type { ProcessFacts } from '../controller.js';
import type { DeadLetters } from '../sync/dead-letters.js';
import type { WebhooksPart } from '../webhooks/open-webhooks.js';
import type { AgentSideFigures, AgentSideMetrics } from './agent-side-metrics.js';
import { CertificateExpiry, certificateFiles } from './certificate-expiry.js';
import { ControllerMetrics } from './controller-metrics.js';
import type { FleetSideFigures } from './fleet-metrics.js';
import { startMetricsServer, type MetricsServer } from './metrics-server.js';

/** Parts of a running controller that a scrape looks at. */
export interface ScrapedParts {
  isReady(): boolean;
  readonly hosts: { readonly all: AgentSideFigures['hosts']; readonly groups: AgentSideFigures['groups'] };
  peers(): AgentSideFigures['peers'];
  /** Undefined: this controller is alone. */
  readonly fleet: { figures(): FleetSideFigures } | undefined;
  readonly deadLetters: Pick<DeadLetters, 'counts'>;
  readonly webhooks: Pick<WebhooksPart, 'waiting'>;
}

export interface ConfiguredMetrics extends Pick<ControllerMetrics, 'operations' | 'requests' | 'reconciliations' | 'liveSync' | 'schedules' | 'webhooks'> {
  readonly agentSide: AgentSideMetrics;
  /** Answers scrapes and probes. Rejects when the port cannot be had. */
  listen(parts: ScrapedParts): Promise<MetricsServer>;
  close(): void;
}

/** The metrics of a controller whose configuration has the section. */
export function configuredMetrics(config: ControllerConfig, { port, address }: MetricsConfig, facts: ProcessFacts): ConfiguredMetrics {
  const metrics = new ControllerMetrics(facts.version);
  const certificates = new CertificateExpiry(certificateFiles(config));
  const { operations, requests, reconciliations, liveSync, schedules, webhooks: deliveries, agentSide } = metrics;
  return {
    operations, requests, reconciliations, liveSync, schedules, webhooks: deliveries, agentSide,
    listen: ({ isReady, hosts, peers, fleet, deadLetters, webhooks }) => startMetricsServer({
      port, address, isReady,
      metrics: () => metrics.exposition(async () => ({
        ready: isReady(), logLinesDropped: facts.logLinesDropped(),
        agentSide: { hosts: hosts.all, groups: hosts.groups, peers: peers() },
        ...(fleet === undefined || config.fleet === undefined ? {} : { fleet: { name: config.fleet.subjectPrefix, figures: fleet.figures() } }),
        deadLetters: await deadLetters.counts(), webhooksWaiting: await webhooks.waiting(), certificates: await certificates.read(),
      })),
    }),
    close: () => metrics.close(),
  };
}
