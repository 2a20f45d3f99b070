import type { OperationOutcome } from '../../../protocol/model/index.js';

/** Systems kept in mind; the one that has not been used for longest makes room. */
const MOST_SYSTEMS = 100;

/** How one operation ended, as a system's row shows it. Times are ISO 8601. */
export interface LastOperation {
  readonly operation: string;
  readonly time: string;
  readonly outcome: OperationOutcome;
  readonly durationMs: number;
}

/** One connector with one configuration, as it has been used since the start. */
export interface SystemStatus {
  /** Stays when only secrets of the configuration change; tells nothing of them. */
  readonly id: string;
  /** Id of our connector, or class name of a connector of another server. */
  readonly connector: string;
  readonly connectorVersion: string | undefined;
  /** Where it connects to: `ldap.example:636`, a path. Never with credentials. */
  readonly targets: readonly string[];
  /** The connector server operations are passed on to. */
  readonly relay: string | undefined;
  /** `failing`: the last operation that told anything about the system found it in trouble. */
  readonly state: 'ok' | 'failing' | 'unknown';
  readonly running: number;
  readonly operations: number;
  readonly failed: number;
  readonly entries: number;
  readonly lastOperation: LastOperation | undefined;
  /** The last failure that shows trouble, even when it has gone. */
  readonly lastTrouble: { readonly time: string; readonly operation: string; readonly error: string } | undefined;
}

/** What a system is, before it is used. */
export type SystemFacts = Pick<SystemStatus, 'id' | 'connector' | 'connectorVersion' | 'targets' | 'relay'>;

export interface WatchedSystem {
  readonly facts: SystemFacts;
  state: SystemStatus['state'];
  running: number;
  operations: number;
  failed: number;
  entries: number;
  lastOperation: LastOperation | undefined;
  lastTrouble: SystemStatus['lastTrouble'];
}

/** The systems used, the one used last at the end. */
export class WatchedSystems {
  readonly #systems = new Map<string, WatchedSystem>();

  use(facts: SystemFacts): WatchedSystem {
    const system = this.#systems.get(facts.id) ?? { facts, state: 'unknown', running: 0, operations: 0, failed: 0, entries: 0, lastOperation: undefined, lastTrouble: undefined };
    this.#systems.delete(facts.id);
    this.#systems.set(facts.id, system);
    if (this.#systems.size > MOST_SYSTEMS) this.#makeRoom();
    return system;
  }

  /** Used last first. */
  status(): SystemStatus[] {
    return [...this.#systems.values()].reverse().map(({ facts, ...counts }) => ({ ...facts, ...counts }));
  }

  #makeRoom(): void {
    for (const [id, { running }] of this.#systems) {
      if (running > 0) continue;
      this.#systems.delete(id);
      return;
    }
  }
}
