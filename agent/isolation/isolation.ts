import type { ApiConfiguration } from '../../protocol/model/index.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { AnyConnector, FacadeEnvironment, FacadeHandle } from '../../connectors/framework/index.js';
import type { IsolationConfig } from '../config/isolation-settings.js';
import type { OperationScriptSettings } from '../operations/operation-scripts.js';
import { createBackoff } from '../session/backoff.js';
import { budgetOf, type ConnectorBudget } from './budgets.js';
import { ConnectorProcess } from './connector-process.js';
import { IsolatedFacade } from './isolated-facade.js';
import { ProcessKeeper, type ProcessStatus } from './process-keeper.js';
import { spawnProcess, type SpawnOptions, type StartedProcess } from './spawn-process.js';

/** Upper bound of the first pause before a process is started again, and of any. Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export interface IsolationOptions {
  readonly settings: IsolationConfig;
  readonly maxFrameBytes: number;
  /** Whether anybody wants debug lines. */
  readonly debug: boolean;
  readonly coreDumps: boolean;
  /** What scripts of scripted connectors may take. Without it they do not run in processes of their own. */
  readonly scripts?: OperationScriptSettings | undefined;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** @default processes of the system */
  readonly spawn?: ((options: SpawnOptions) => StartedProcess) | undefined;
  /** From 0 (included) to 1 (excluded). */
  readonly random?: (() => number) | undefined;
}

interface Shared {
  readonly connector: AnyConnector;
  readonly environment: Pick<FacadeEnvironment, 'stateRoot' | 'trustedCertificates'>;
  readonly budget: ConnectorBudget;
}

/** Connectors in processes of their own: one for each connector, or for each configuration. */
export class Isolation {
  readonly #options: IsolationOptions;
  readonly #keepers = new Map<string, ProcessKeeper>();
  #lastHandle = 0;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  isolates(connector: string): boolean {
    return budgetOf(this.#options.settings, connector) !== undefined;
  }

  /** As the framework's `createFacade`: never throws, and starts nothing before the first operation. */
  open(connector: AnyConnector, configuration: ApiConfiguration, environment: FacadeEnvironment): FacadeHandle {
    const { settings, clock } = this.#options;
    const budget = budgetOf(settings, connector.id) ?? settings;
    const handle = ++this.#lastHandle;
    const name = budget.perSystem ? `${connector.id} ${handle}` : connector.id;
    const keeper = this.#keepers.get(name) ?? this.#keep({ connector, environment, budget });
    this.#keepers.set(name, keeper);
    const facade = new IsolatedFacade({ connector, configuration, environment, handle, keeper, clock });
    return budget.perSystem ? forgetting(facade, () => { this.#keepers.delete(name); }) : facade;
  }

  status(): ProcessStatus[] {
    return [...this.#keepers.values()].map((keeper) => keeper.status());
  }

  /** Ends all processes; facades are to be disposed of before. Bounded in time, never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.close()));
  }

  #keep(shared: Shared): ProcessKeeper {
    const { clock, log, random } = this.#options;
    return new ProcessKeeper({
      connector: shared.connector.id, clock, log,
      backoff: createBackoff({ base: FIRST_PAUSE, cap: LONGEST_PAUSE, random }),
      start: () => this.#start(shared),
    });
  }

  #start({ connector: { id }, environment, budget }: Shared): ConnectorProcess {
    const { spawn = spawnProcess, maxFrameBytes, debug, coreDumps, scripts, clock, log } = this.#options;
    const started = spawn({ label: id, memory: budget.memory, environment: budget.environment });
    log.info({ connector: id, pid: started.pid, memory: budget.memory }, `Started a process for connector ${id}.`);
    const { stateRoot, trustedCertificates } = environment;
    return new ConnectorProcess({ started, budget, clock, log, start: { connector: id, stateRoot, trustedCertificates, maxFrameBytes, debug, coreDumps, scripts } });
  }
}

/** With a process of its own, nothing is left of a configuration that is closed. */
function forgetting(facade: FacadeHandle, forget: () => void): FacadeHandle {
  return {
    connectorKey: facade.connectorKey,
    supportedOperations: facade.supportedOperations,
    perform: (operation, call) => facade.perform(operation, call),
    stream: (operation, call) => facade.stream(operation, call),
    status: () => facade.status(),
    dispose: () => facade.dispose().finally(forget),
  };
}
