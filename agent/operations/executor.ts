import { ConnectorError, connectorKeyText, type ApiConfiguration, type ConnectorFacade, type ConnectorInfo, type ConnectorKey, type OperationKind, type PermitTarget, type Tracer } from '../../protocol/model/index.js';
import { apiConfigurationOf } from '../../protocol/codec/index.js';
import type { Clock, OperationExecutor, OutcomeSource, RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import { createFacade, type AnyConnector, type FacadeEnvironment, type FacadeHandle, type FacadeStatus, type TargetTraffic, type TargetWaits } from '../../connectors/framework/index.js';
import { loadConnector } from '../../connectors/registry.js';
import type { OperationMetering } from '../../deploy/runtime/metrics/operation-metrics.js';
import type { FacadeSecrets, OpenResolved } from '../secrets/facade-secrets.js';
import { permitBoth } from '../secrets/permit-both.js';
import { redactedLog } from '../secrets/redacted-log.js';
import { JournalOutcomes } from '../journal/journal-outcomes.js';
import { journalStage } from '../journal/journaled-facade.js';
import type { WriteJournal } from '../journal/write-journal.js';
import { tracedFacade } from '../observe/operation-span.js';
import { readBuiltInfos } from './built-infos.js';
import { FacadeCache, systemIdOf, type OpenFacade } from './facade-cache.js';
import type { FacadeContext, FacadeStage } from './facade-stage.js';
import { observeFacade } from './observed-facade.js';
import { OfferedConnectors } from './offered-connectors.js';
import type { ScriptHost } from './script-host.js';
import { scriptedFacade } from './scripted-facade.js';

export interface ExecutorOptions {
  /** Ids of the connectors that may be used; nothing else is published or found. */
  readonly enabled: readonly string[];
  readonly maxFacades: number;
  /** Milliseconds. */
  readonly facadeIdle: number;
  /** Directory for the state of connectors. */
  readonly stateDirectory: string;
  /** PEM certificates of authorities to trust at targets, besides the system's. */
  readonly trustedCertificates?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** @default the registry's */
  readonly load?: (id: string) => Promise<AnyConnector | undefined>;
  /** What operations pass on their way to a connector, the outermost first. */
  readonly stages?: readonly FacadeStage[] | undefined;
  /** Asked before a connection goes where its configuration alone would not lead it. Undefined: anywhere. */
  readonly permitTarget?: ((connector: AnyConnector, connectorKey: ConnectorKey) => PermitTarget) | undefined;
  /** Of writes: noted before the target is called and after it, innermost. Without it, peers cannot ask what became of one. */
  readonly journal?: WriteJournal | undefined;
  /** Runs scripts beside connectors that run none themselves, and those of scripted connectors. Without it neither is supported. */
  readonly scripts?: ScriptHost | undefined;
  /** Told of an operation whose connector or configuration could not be had: it passes no stage. */
  readonly onUnopened?: ((connectorKey: ConnectorKey, origin: RequestOrigin, error: unknown) => void) | undefined;
  /** Why an operation is not taken on at this moment. */
  readonly refusal?: OperationExecutor['refusal'];
  /** Counts and times operations. */
  readonly metering?: OperationMetering | undefined;
  /** Puts secrets in the place of the references to them. Without it, references stay what they are. */
  readonly secrets?: FacadeSecrets | undefined;
  /** Records what operations do. Undefined: nobody traces. */
  readonly tracer?: Tracer | undefined;
  /** What records, answers or stops what a connector says to its targets. Undefined: nothing stands in between. */
  readonly traffic?: ((connector: AnyConnector) => TargetTraffic | undefined) | undefined;
  /** What counts requests of a connector that wait before they are sent. Undefined: nobody does. */
  readonly waits?: ((connector: AnyConnector) => TargetWaits) | undefined;
  /** @default the framework's */
  readonly open?: ((connector: AnyConnector, configuration: ApiConfiguration, environment: FacadeEnvironment) => FacadeHandle) | undefined;
}

/** One open facade's connections to its target. */
export type FacadeSessions = FacadeStatus['sessions'] & { /** Id. */ readonly connector: string };

/** Runs the operations of controllers on the connectors of this agent. */
export class AgentExecutor implements OperationExecutor {
  readonly #options: ExecutorOptions;
  readonly #facades: FacadeCache;
  readonly outcomes: OutcomeSource | undefined;
  readonly #connectors: OfferedConnectors;
  readonly #idOf = new WeakMap<FacadeHandle, string>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    const { enabled, load } = options;
    this.#connectors = new OfferedConnectors(load === undefined ? { enabled, load: loadConnector, builtInfos: readBuiltInfos } : { enabled, load });
    this.outcomes = options.journal && new JournalOutcomes({
      journal: options.journal, systemIdOf,
      findConnector: (connectorKey) => this.#find(connectorKey),
      openFacade: async (connectorKey, facadeKey) => (await this.#facades.get(connectorKey, facadeKey)).facade,
    });
    this.#facades = new FacadeCache({
      maxFacades: options.maxFacades, facadeIdle: options.facadeIdle, clock: options.clock, log: options.log,
      open: (connectorKey, facadeKey) => this.#open(connectorKey, facadeKey),
    });
  }

  /** Facades open now. */
  get facadeCount(): number {
    return this.#facades.size;
  }

  /** Sessions with targets, of the facades open now. */
  sessions(): readonly FacadeSessions[] {
    return this.#facades.facades.map((facade) => ({ connector: this.#idOf.get(facade) ?? '', ...facade.status().sessions }));
  }

  refusal(kind: OperationKind | undefined): string | undefined {
    return this.#options.refusal?.(kind);
  }

  connectorInfos(): Promise<readonly ConnectorInfo[]> {
    return this.#connectors.infos();
  }

  async facadeFor(connectorKey: ConnectorKey, facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade> {
    try {
      return await this.#facadeFor(connectorKey, facadeKey, origin);
    } catch (error) {
      this.#options.onUnopened?.(connectorKey, origin, error);
      throw error;
    }
  }

  async #facadeFor(connectorKey: ConnectorKey, facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade> {
    const connector = await this.#find(connectorKey);
    const { facade, configuration, systemId } = await this.#facades.get(connectorKey, facadeKey);
    const { stages = [], scripts, log, tracer } = this.#options;
    const context: FacadeContext = { connector, connectorKey, configuration, systemId, origin };
    const traced = (staged: ConnectorFacade): ConnectorFacade => (tracer === undefined ? staged : tracedFacade(staged, tracer, connector.id));
    if (scripts === undefined) return traced(this.#staged(facade, stages, context));
    // What a script does passes what its requester's own operations pass. Opened for each: it may have been closed since.
    const open = async (): Promise<ConnectorFacade> => this.#staged((await this.#facades.get(connectorKey, facadeKey)).facade, scripts.stages, context);
    return traced(this.#staged(scriptedFacade(facade, context, { scripts, open, log }), stages, context));
  }

  #staged(facade: ConnectorFacade, stages: readonly FacadeStage[], context: FacadeContext): ConnectorFacade {
    const { journal, log, clock, metering } = this.#options;
    const innermost = journal === undefined ? facade : journalStage({ journal })(facade, context);
    const staged = stages.reduceRight<ConnectorFacade>((inner, stage) => stage(inner, context), innermost);
    return observeFacade(staged, { connector: context.connector.id, origin: context.origin, log, clock, metering });
  }

  /** Disposes of all facades. Idempotent. */
  async close(): Promise<void> {
    await this.#options.scripts?.close();
    await this.#facades.close();
  }

  async #open(connectorKey: ConnectorKey, facadeKey: string): Promise<OpenFacade> {
    const connector = await this.#find(connectorKey);
    const configuration = apiConfigurationOf(facadeKey);
    const { open = createFacade, secrets, log, stateDirectory, trustedCertificates, permitTarget, scripts, traffic, waits } = this.#options;
    const openResolved: OpenResolved = (resolved, resolvedSecrets) => open(connector, resolved, {
      log: resolvedSecrets === undefined ? log : redactedLog(log, () => resolvedSecrets.clearTexts()), stateRoot: stateDirectory, trustedCertificates, permitTarget: permitBoth(resolvedSecrets?.permitTarget, permitTarget?.(connector, connectorKey)),
      scripts: scripts && (() => scripts.runner()), traffic: traffic?.(connector), waits: waits?.(connector),
      given: configuration, secrets: resolvedSecrets === undefined ? undefined : () => resolvedSecrets.clearTexts(),
    });
    const facade = await secrets?.open(connector, configuration, openResolved) ?? openResolved(configuration);
    this.#idOf.set(facade, connector.id);
    return { facade, configuration };
  }

  async #find(connectorKey: ConnectorKey): Promise<AnyConnector> {
    const connector = await this.#connectors.find(connectorKey);
    if (connector !== undefined) return connector;
    const known = (await this.#connectors.keys()).join(', ');
    throw new ConnectorError('connector', `Connector not found: ${connectorKeyText(connectorKey)}. This connector server has: ${known === '' ? 'none' : known}.`);
  }
}
