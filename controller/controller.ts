import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { productVersion } from '../deploy/runtime/service/product-version.js';
import { claimStateFormat } from '../deploy/runtime/service/state-format.js';
import { bearerVerifier } from './authentication/bearer-tokens.js';
import { restAuthentication } from './authentication/rest-authentication.js';
import { UserStore } from './authentication/user-store.js';
import { buildSystems } from './build-systems.js';
import type { ControllerConfig } from './config/controller-config.js';
import { configuredTelemetry } from './configured-telemetry.js';
import { route } from './crest/router.js';
import { createRestServer, type RestServerParts } from './crest/server.js';
import type { RequestHandler } from './crest/request.js';
import type { ConfiguredMetrics } from './metrics/configured-metrics.js';
import type { MetricsServer } from './metrics/metrics-server.js';
import { infoRequests, type ReadyState } from './info.js';
import { Identities } from './enrolment/identities.js';
import { openEnrolment, type EnrolmentPart } from './enrolment/open-enrolment.js';
import type { Log } from './log.js';
import { openAgents, type AgentsPart } from './open-agents.js';
import { buildSynchronisation } from './build-synchronisation.js';
import { lockDataFolder } from './store/data-lock.js';
import { requireUnexpired, restTls } from './tls-files.js';
import { followFiles } from './tls/follow-files.js';
import { configurationRequests } from './systems/configuration-requests.js';
import { systemRequests } from './systems/requests/system-requests.js';

export interface RunningController {
  /** Where the REST API listens. */
  readonly restPort: number;
  /** Where agents connect; undefined without a gateway. */
  readonly gatewayPort: number | undefined;
  /** Where agents enrol; undefined without the section. */
  readonly enrolmentPort: number | undefined;
  /** Where figures and probes are; undefined without the section. */
  readonly metricsPort: number | undefined;
  /** Lets requests under way finish for `shutdownGrace`, then ends everything. Idempotent. */
  stop(): Promise<void>;
}

/** What the controller tells of the process it runs in. */
export interface ProcessFacts {
  readonly version: string;
  /** Lines of the log that were dropped since the start. */
  logLinesDropped(): number;
}

/** Starts a controller. Rejects, with everything closed again, when a port is taken or a file is missing. */
export async function startController(config: ControllerConfig, log: Log, facts: ProcessFacts = { version: productVersion(), logLinesDropped: () => 0 }): Promise<RunningController> {
  const unlock = await lockDataFolder(config.data);
  try {
    await claimStateFormat(config.data, { setting: 'data', version: facts.version });
    return await startParts(config, log, { unlock, facts });
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function startParts(config: ControllerConfig, log: Log, { unlock, facts }: { readonly unlock: () => Promise<void>; readonly facts: ProcessFacts }): Promise<RunningController> {
  const metrics = await metricsFor(config, facts);
  const telemetry = await configuredTelemetry(config, facts.version, log);
  const systems = await buildSystems(config, log, metrics?.operations);
  const sync = buildSynchronisation(config, systems, log, { ...metrics, tracer: telemetry?.tracer });
  let state: ReadyState = 'ACTIVE_NOT_READY';
  const handler = route({
    system: systemRequests({ registry: systems.registry, environment: systems.environment, projectFolder: config.systems.project, liveSync: sync.liveSync }),
    config: configurationRequests({ folder: config.systems.configuration, registry: systems.registry, environment: systems.environment }),
    info: infoRequests(() => state),
    ...sync.handlers,
  });
  const { agents, enrolment, closeAgents } = await openAgentSide(config, systems, log, metrics);
  let server: Server;
  let scraped: MetricsServer | undefined;
  try {
    scraped = await metrics?.listen({ isReady: () => state === 'ACTIVE_READY', hosts: systems.hosts, peers: agents.figures, deadLetters: sync.deadLetters });
    server = await listenRest(config, handler, log, { observer: metrics?.requests, tracer: telemetry?.tracer });
  } catch (error) {
    await scraped?.close();
    await closeAgents('start failed');
    throw error;
  }
  const stopWatching = systems.registry.watch();
  const stopFollowing = followRestTls(config, server, log);
  state = 'ACTIVE_READY';
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const grace = AbortSignal.timeout(config.shutdownGrace);
    state = 'STOPPING';
    stopWatching();
    stopFollowing();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const late = setTimeout(() => server.closeAllConnections(), config.shutdownGrace);
    await sync.close().catch((error: unknown) => log.error({ err: error }, 'links or audit could not be written to the end'));
    await closed;
    clearTimeout(late);
    await scraped?.close();
    metrics?.close();
    await closeAgents('controller is stopping');
    await telemetry?.close(grace);
    await unlock();
  };
  return {
    restPort: (server.address() as AddressInfo).port,
    gatewayPort: agents.gateway?.port,
    enrolmentPort: enrolment?.port,
    metricsPort: scraped?.port,
    stop: () => stopping ??= stop(),
  };
}

/** Loaded only where the configuration asks for it. */
async function metricsFor(config: ControllerConfig, facts: ProcessFacts): Promise<ConfiguredMetrics | undefined> {
  const { metrics } = config;
  return metrics === undefined ? undefined : (await import('./metrics/configured-metrics.js')).configuredMetrics(config, metrics, facts);
}

/** The certificate of the REST API is replaced under way, as that of the gateway. */
function followRestTls({ rest: { tls } }: ControllerConfig, server: Server, log: Log): () => void {
  if (tls === undefined || !(server instanceof TlsServer)) return () => undefined;
  return followFiles('certificate of the REST API', {
    paths: () => [tls.certificate, tls.key],
    onChange: async () => {
      const read = await restTls(tls);
      requireUnexpired(read);
      server.setSecureContext(read);
      log.info({}, 'the REST API uses the changed certificate');
    },
  }, log);
}

interface AgentSide {
  readonly agents: AgentsPart;
  readonly enrolment: EnrolmentPart | undefined;
  closeAgents(reason: string): Promise<void>;
}

/** Everything agents see: the gateway, the enrolment listener, and who may be one. */
async function openAgentSide(config: ControllerConfig, systems: Awaited<ReturnType<typeof buildSystems>>, log: Log, metrics: ConfiguredMetrics | undefined): Promise<AgentSide> {
  const identities = await Identities.open(config, log);
  let enrolment: EnrolmentPart | undefined;
  try {
    enrolment = await openEnrolment(config, identities, log);
    const agents = await openAgents(config, systems, identities, log, metrics && ((reason) => metrics.agentSide.refused(reason)));
    return {
      agents, enrolment,
      closeAgents: async (reason) => {
        await Promise.all([enrolment?.close(), agents.close(reason)]);
        await identities.close();
      },
    };
  } catch (error) {
    await enrolment?.close();
    await identities.close();
    throw error;
  }
}

async function listenRest({ rest }: ControllerConfig, handler: RequestHandler, log: Log, watching: Pick<RestServerParts, 'observer' | 'tracer'>): Promise<Server> {
  if (rest.users.length === 0 && rest.oauth === undefined) log.warn({}, 'rest.users is empty and rest.oauth is not set: nobody can use the REST API');
  const server = createRestServer({
    handler, log, ...watching,
    authenticate: restAuthentication({
      users: new UserStore(rest.users), log, verifyToken: rest.oauth === undefined ? undefined : bearerVerifier(rest.oauth),
    }),
    limits: { maxBodyBytes: rest.maxBodySize, requestTimeout: rest.requestTimeout, stallTimeout: rest.stallTimeout, maxConnections: rest.maxConnections },
    tls: rest.tls === undefined ? undefined : await restTls(rest.tls),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(rest.port, rest.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
