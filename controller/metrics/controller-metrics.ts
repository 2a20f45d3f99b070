import type { Gauge } from 'prom-client';
import { MetricsRegistry, type CountedElsewhere, type Exposition, type MetricDescription } from '../../deploy/runtime/metrics/metrics-registry.js';
import { OperationMetrics } from '../../deploy/runtime/metrics/operation-metrics.js';
import { ProcessMetrics } from '../../deploy/runtime/metrics/process-metrics.js';
import { AgentSideMetrics, type AgentSideFigures } from './agent-side-metrics.js';
import { FleetMetrics, type FleetSideFigures } from './fleet-metrics.js';
import { LiveSyncMetrics } from './live-sync-metrics.js';
import { ReconciliationMetrics } from './reconciliation-metrics.js';
import { RequestMetrics } from './request-metrics.js';
import { ScheduleMetrics } from './schedule-metrics.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Everything a scrape reads besides what was counted as it happened. */
export interface ControllerFigures {
  readonly ready: boolean;
  readonly agentSide: AgentSideFigures;
  /** Undefined: this controller is alone. */
  readonly fleet?: { readonly name: string; readonly figures: FleetSideFigures } | undefined;
  /** By system. */
  readonly deadLetters: ReadonlyMap<string, number>;
  /** Messages that wait, by webhook. */
  readonly webhooksWaiting: ReadonlyMap<string, number>;
  /** Seconds since 1970, by role. */
  readonly certificates: ReadonlyMap<string, number>;
  readonly logLinesDropped: number;
}

/** The metrics of one controller. */
export class ControllerMetrics {
  readonly operations: OperationMetrics;
  readonly requests: RequestMetrics;
  readonly agentSide: AgentSideMetrics;
  readonly reconciliations: ReconciliationMetrics;
  readonly liveSync: LiveSyncMetrics;
  readonly schedules: ScheduleMetrics;
  readonly webhooks: WebhookMetrics;
  readonly #fleet: FleetMetrics;
  readonly #registry = new MetricsRegistry('causeway_controller_');
  readonly #process: ProcessMetrics;
  readonly #build: Gauge;
  readonly #ready: Gauge;
  readonly #expiry: Gauge;
  readonly #dropped: CountedElsewhere;
  readonly #version: string;

  constructor(version: string) {
    const registry = this.#registry;
    this.#version = version;
    this.#build = registry.gauge('build_info', 'Always 1; the labels say which version runs on which Node.', ['version', 'node']);
    this.#ready = registry.gauge('ready', '1: everything is open and nothing stops; as /readyz.');
    this.agentSide = new AgentSideMetrics(registry);
    this.#fleet = new FleetMetrics(registry);
    this.requests = new RequestMetrics(registry);
    this.operations = new OperationMetrics(registry, { subject: 'system' });
    this.reconciliations = new ReconciliationMetrics(registry);
    this.liveSync = new LiveSyncMetrics(registry);
    this.schedules = new ScheduleMetrics(registry);
    this.webhooks = new WebhookMetrics(registry);
    this.#expiry = registry.gauge('certificate_expiry_timestamp_seconds', 'When a certificate of this controller runs out, as seconds since 1970. role: gateway, rest, enrolment, or authority (the one that signs agents).', ['role']);
    this.#dropped = registry.countedElsewhere('log_lines_dropped_total', 'Lines of the log that nobody read fast enough, and that were dropped.');
    this.#process = new ProcessMetrics(registry);
  }

  get described(): readonly MetricDescription[] {
    return this.#registry.described;
  }

  exposition(figures: () => Promise<ControllerFigures>): Promise<Exposition> {
    return this.#registry.exposition(async () => {
      const { ready, agentSide, fleet, deadLetters, webhooksWaiting, certificates, logLinesDropped } = await figures();
      this.#build.set({ version: this.#version, node: process.version }, 1);
      this.#ready.set(ready ? 1 : 0);
      this.agentSide.fill(agentSide);
      if (fleet !== undefined) this.#fleet.fill(fleet.name, fleet.figures);
      this.requests.fill();
      this.operations.fill();
      this.reconciliations.fill();
      this.liveSync.fill(deadLetters);
      this.schedules.fill();
      this.webhooks.fill(webhooksWaiting);
      for (const [role, expiry] of certificates) this.#expiry.set({ role }, expiry);
      this.#dropped.tell(logLinesDropped);
      this.#process.fill();
    });
  }

  close(): void {
    this.#process.close();
  }
}
