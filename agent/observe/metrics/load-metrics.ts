import type { Gauge } from 'prom-client';
import type { CountedElsewhere, MetricsRegistry } from '../../../deploy/runtime/metrics/metrics-registry.js';
import type { FacadeSessions } from '../../operations/executor.js';
import type { AgentFigures } from './agent-figures.js';

/** What is taken on, and what it is done with: places, queue, configurations, sessions with targets, processes of connectors. */
export class LoadMetrics {
  readonly #gauges: Readonly<Record<'overloaded' | 'taken' | 'places' | 'waiting' | 'queue' | 'facades' | 'maxFacades', Gauge>>;
  readonly #refused: CountedElsewhere;
  readonly #sessions: Gauge;
  readonly #waitingForSession: Gauge;
  readonly #processes: Gauge;
  readonly #processMemory: Gauge;
  readonly #restarts: CountedElsewhere;

  constructor(registry: MetricsRegistry) {
    this.#gauges = {
      overloaded: registry.gauge('overloaded', '1: new reads are refused because the process is late with its work or short of memory.'),
      taken: registry.gauge('places_taken', 'Operations that have a place (limits.operations).'),
      places: registry.gauge('places_limit', 'Operations that may have a place at a time (limits.operations).'),
      waiting: registry.gauge('operations_waiting', 'Operations that wait for a place.'),
      queue: registry.gauge('operations_waiting_limit', 'Operations that may wait for a place (limits.queue).'),
      facades: registry.gauge('facades_open', 'Configurations of connectors that are open.'),
      maxFacades: registry.gauge('facades_limit', 'Configurations that may be open at a time (connectors.maxFacades).'),
    };
    this.#refused = registry.countedElsewhere('operations_refused_total', 'Operations refused because the agent was busy; nothing of them was done.');
    this.#sessions = registry.gauge('pool_sessions', 'Sessions with targets. state: in_use or idle.', ['connector', 'state']);
    this.#waitingForSession = registry.gauge('pool_waiting', 'Operations that wait for a session with their target.', ['connector']);
    this.#processes = registry.gauge('connector_process_running', '1: the connector that is isolated runs in a process of its own; 0: that is not needed, or has ended.', ['connector']);
    this.#processMemory = registry.gauge('connector_process_memory_bytes', 'Memory of the process of an isolated connector, as last seen.', ['connector']);
    this.#restarts = registry.countedElsewhere('connector_process_ends_total', 'Processes of isolated connectors that ended without being asked to.', ['connector']);
  }

  fill({ status: { load, facades, isolation = [] }, limits, sessions }: AgentFigures): void {
    const { overloaded, taken, places, waiting, queue, facades: open, maxFacades } = this.#gauges;
    overloaded.set(load.overloaded === undefined ? 0 : 1);
    taken.set(load.running);
    places.set(limits.operations);
    waiting.set(load.waiting);
    queue.set(limits.queue);
    open.set(facades);
    maxFacades.set(limits.facades);
    this.#refused.tell(load.refused);
    for (const session of sessions) this.#session(session);
    for (const { connector, pid, memory, restarts } of isolation) {
      this.#processes.set({ connector }, pid === undefined ? 0 : 1);
      this.#processMemory.set({ connector }, memory ?? 0);
      this.#restarts.tell(restarts, { connector });
    }
  }

  /** Several configurations of one connector add up. */
  #session({ connector, inUse, idle, waiting }: FacadeSessions): void {
    this.#sessions.inc({ connector, state: 'in_use' }, inUse);
    this.#sessions.inc({ connector, state: 'idle' }, idle);
    this.#waitingForSession.inc({ connector }, waiting);
  }
}
