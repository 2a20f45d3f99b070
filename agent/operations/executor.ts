import { ConnectorError, connectorKeyText, type ApiConfiguration, type ConnectorFacade, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import { apiConfigurationOf } from '../../protocol/codec/index.js';
import type { Clock, OperationExecutor, RequestOrigin, SessionLog } from '../../protocol/session/contract.js';
import { connectorsByKey, createFacade, publishedInfos, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import { loadConnector } from '../../connectors/registry.js';
import { FacadeCache, type OpenFacade } from './facade-cache.js';
import type { FacadeContext, FacadeStage } from './facade-stage.js';
import { observeFacade } from './observed-facade.js';

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
  /** Puts secrets in the place of the references to them. Throws a ConnectorError that names the property and the reference. */
  readonly resolveSecrets?: ((connector: AnyConnector, configuration: ApiConfiguration) => Promise<ApiConfiguration>) | undefined;
  /** @default the framework's */
  readonly open?: (connector: AnyConnector, configuration: ApiConfiguration) => FacadeHandle;
}

/** Runs the operations of controllers on the connectors of this agent. */
export class AgentExecutor implements OperationExecutor {
  readonly #options: ExecutorOptions;
  readonly #facades: FacadeCache;
  #connectors: Promise<ReadonlyMap<string, AnyConnector>> | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#facades = new FacadeCache({
      maxFacades: options.maxFacades, facadeIdle: options.facadeIdle, clock: options.clock, log: options.log,
      open: (connectorKey, facadeKey) => this.#open(connectorKey, facadeKey),
    });
  }

  /** Facades open now. */
  get facadeCount(): number {
    return this.#facades.size;
  }

  async connectorInfos(): Promise<readonly ConnectorInfo[]> {
    return [...new Set((await this.#enabled()).values())].flatMap(publishedInfos);
  }

  async facadeFor(connectorKey: ConnectorKey, facadeKey: string, origin: RequestOrigin): Promise<ConnectorFacade> {
    const connector = await this.#find(connectorKey);
    const { facade, configuration, systemId } = await this.#facades.get(connectorKey, facadeKey);
    const { stages = [], log, clock } = this.#options;
    const context: FacadeContext = { connector, connectorKey, configuration, systemId, origin };
    const staged = stages.reduceRight<ConnectorFacade>((inner, stage) => stage(inner, context), facade);
    return observeFacade(staged, { connector: connector.id, origin, log, clock });
  }

  /** Disposes of all facades. Idempotent. */
  async close(): Promise<void> {
    await this.#facades.close();
  }

  async #open(connectorKey: ConnectorKey, facadeKey: string): Promise<OpenFacade> {
    const connector = await this.#find(connectorKey);
    const configuration = apiConfigurationOf(facadeKey);
    const { open, resolveSecrets, log, stateDirectory, trustedCertificates } = this.#options;
    const resolved = await resolveSecrets?.(connector, configuration) ?? configuration;
    const facade = open === undefined ? createFacade(connector, resolved, { log, stateRoot: stateDirectory, trustedCertificates }) : open(connector, resolved);
    return { facade, configuration };
  }

  async #find(connectorKey: ConnectorKey): Promise<AnyConnector> {
    const connectors = await this.#enabled();
    const connector = connectors.get(connectorKeyText(connectorKey));
    if (connector !== undefined) return connector;
    const known = [...connectors.keys()].join(', ');
    throw new ConnectorError('connector', `Connector not found: ${connectorKeyText(connectorKey)}. This connector server has: ${known === '' ? 'none' : known}.`);
  }

  #enabled(): Promise<ReadonlyMap<string, AnyConnector>> {
    return this.#connectors ??= this.#loadAll().catch((error: unknown) => {
      this.#connectors = undefined; // the next request tries again
      throw error;
    });
  }

  async #loadAll(): Promise<ReadonlyMap<string, AnyConnector>> {
    const load = this.#options.load ?? loadConnector;
    const connectors = await Promise.all(this.#options.enabled.map((id) => load(id)));
    return connectorsByKey(connectors.filter((connector) => connector !== undefined));
  }
}
