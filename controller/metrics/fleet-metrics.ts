import type { Gauge } from 'prom-client';
import type { CountedElsewhere, MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';

/** What a scrape reads of the fleet. */
export interface FleetSideFigures {
  readonly controllers: number;
  readonly remoteAgents: number;
  readonly executing: number;
  readonly links: number;
  readonly broken: number;
  readonly malformed: number;
}

/** Other controllers and what goes between them; without samples where a controller is alone. */
export class FleetMetrics {
  readonly #controllers: Gauge;
  readonly #agents: Gauge;
  readonly #executing: Gauge;
  readonly #links: Gauge;
  readonly #broken: CountedElsewhere;
  readonly #dropped: CountedElsewhere;

  constructor(registry: MetricsRegistry) {
    this.#controllers = registry.gauge('fleet_controllers', 'Other controllers that are alive, as this one sees it.', ['fleet']);
    this.#agents = registry.gauge('fleet_agents', 'Processes of agents that can be used by way of other controllers.', ['fleet']);
    this.#executing = registry.gauge('fleet_operations_executing', 'Operations of other controllers that are passed on to agents of this one.', ['fleet']);
    this.#links = registry.gauge('fleet_links', 'Links with other controllers, in both directions: one for each agent and controller that uses it.', ['fleet']);
    this.#broken = registry.countedElsewhere('fleet_links_broken_total', 'Links that ended because messages were lost or made no sense.', ['fleet']);
    this.#dropped = registry.countedElsewhere('fleet_messages_dropped_total', 'Messages and entries of other controllers that could not be read, or came from nobody.', ['fleet']);
  }

  /** `fleet`: the prefix its subjects have. */
  fill(fleet: string, { controllers, remoteAgents, executing, links, broken, malformed }: FleetSideFigures): void {
    this.#controllers.set({ fleet }, controllers);
    this.#agents.set({ fleet }, remoteAgents);
    this.#executing.set({ fleet }, executing);
    this.#links.set({ fleet }, links);
    this.#broken.tell(broken, { fleet });
    this.#dropped.tell(malformed, { fleet });
  }
}
