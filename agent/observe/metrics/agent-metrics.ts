import type { Counter, Gauge } from 'prom-client';
import { MetricsRegistry, type Exposition, type MetricDescription } from '../../../deploy/runtime/metrics/metrics-registry.js';
import { OperationMetrics } from '../../../deploy/runtime/metrics/operation-metrics.js';
import { ProcessMetrics } from '../../../deploy/runtime/metrics/process-metrics.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import type { AgentFigures } from './agent-figures.js';
import { ConnectionMetrics } from './connection-metrics.js';
import { LoadMetrics } from './load-metrics.js';
import { RecordMetrics } from './record-metrics.js';
import { TrustMetrics } from './trust-metrics.js';
import { WaitMetrics } from './wait-metrics.js';

/** The metrics of one agent. Operations are counted as they happen; everything else is read when somebody asks. */
export class AgentMetrics {
  readonly operations: OperationMetrics;
  readonly waits: WaitMetrics;
  readonly #registry = new MetricsRegistry('causeway_agent_');
  readonly #unopened: Counter;
  readonly #ready: Gauge;
  readonly #stopping: Gauge;
  readonly #build: Gauge;
  readonly #parts: readonly { fill(figures: AgentFigures): void }[];
  readonly #trust: TrustMetrics;
  readonly #process: ProcessMetrics;
  readonly #version: string;

  constructor(version: string) {
    const registry = this.#registry;
    this.#version = version;
    this.#build = registry.gauge('build_info', 'Always 1; the labels say which version runs on which Node.', ['version', 'node']);
    this.#ready = registry.gauge('ready', '1: a controller is connected, or a listener is open, and the agent is not stopping; as /readyz.');
    this.#stopping = registry.gauge('stopping', '1: the agent takes on no more operations and ends when those under way have.');
    this.operations = new OperationMetrics(registry, { subject: 'connector', onFailed: (error, labels) => this.#trust.failed(error, labels) });
    this.waits = new WaitMetrics(registry);
    this.#unopened = registry.counter('operations_unopened_total', 'Requests whose connector is not here, or whose configuration could not be opened; they are none of operations_total.', ['error']);
    this.#parts = [new ConnectionMetrics(registry), new LoadMetrics(registry), new RecordMetrics(registry), this.#trust = new TrustMetrics(registry)];
    this.#process = new ProcessMetrics(registry);
  }

  get described(): readonly MetricDescription[] {
    return this.#registry.described;
  }

  /** An operation whose connector or configuration could not be had. */
  unopened(error: unknown): void {
    this.#unopened.inc({ error: error instanceof ConnectorError ? error.kind : 'unexpected' });
  }

  exposition(figures: () => AgentFigures): Promise<Exposition> {
    return this.#registry.exposition(() => {
      const now = figures();
      this.#build.set({ version: this.#version, node: process.version }, 1);
      this.#ready.set(now.status.ready ? 1 : 0);
      this.#stopping.set(now.status.stopping ? 1 : 0);
      this.operations.fill();
      this.waits.fill();
      for (const part of this.#parts) part.fill(now);
      this.#process.fill();
    });
  }

  close(): void {
    this.#process.close();
  }
}
