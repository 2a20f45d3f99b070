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
import { openConsole, type ConsolePart } from './console/open-console.js';
import { createRestServer, type RestServerParts } from './crest/server.js';
import type { RequestHandler } from './crest/request.js';
import type { ConfiguredMetrics } from './metrics/configured-metrics.js';
import type { MetricsServer } from './metrics/metrics-server.js';
import type { ReadyState } from './info.js';
import { followEnrolmentAudit } from './enrolment/follow-enrolment-audit.js';
import { Identities } from './enrolment/identities.js';
import { openEnrolment, type EnrolmentPart } from './enrolment/open-enrolment.js';
import type { Log } from './log.js';
import { openAgents, type AgentsPart } from './open-agents.js';
import { openStored } from './open-stored.js';
import { controllerRoutes } from './routes.js';
import { AuditLog } from './store/audit-log.js';
import type { BackgroundDatabase } from './store/database/background-database.js';
import { lockDataFolder } from './store/data-lock.js';
import { requireUnexpired, restTls } from './tls-files.js';
import { followFiles } from './tls/follow-files.js';

export interface RunningController {
  /** Where the REST API listens. */
  readonly restPort: number;
  /** Where agents connect; undefined without a gateway. */
  readonly gatewayPort: number | undefined;
  /** Where agents enrol; undefined without the section. */
  readonly enrolmentPort: number | undefined;
  /** Where figures and probes are; undefined without the section. */
  readonly metricsPort: number | undefined;
  /** First segments of the paths it serves. */
  readonly resources: readonly string[];
  /** Lets requests under way finish for `shutdownGrace`, then ends everything. Idempotent. */
  stop(): Promise<void>;
}

/** What the controller tells of the process it runs in. */
export interface ProcessFacts {
  readonly version: string;
  /** Lines of the log that were dropped since the start. */
  logLinesDropped(): number;
  /** Module of the database's thread, where this runs without a build: in tests. */
  readonly databaseWorker?: URL | undefined;
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
  const { database, sync, managed, schedules, webhooks } = openStored(config, { systems, router: (): RequestHandler => handler, worker: facts.databaseWorker }, log, { ...metrics, tracer: telemetry?.tracer });
  let state: ReadyState = 'ACTIVE_NOT_READY';
  const users = new UserStore(config.rest.users);
  const webConsole = openConsole(config, users, { log, database, auditSink: new AuditLog(database, 'authentication') });
  const { agents, enrolment, identities, closeAgents } = await openAgentSide(config, systems, database, { log, metrics });
  const handler = controllerRoutes({ config, webhooks, version: facts.version, systems, sync, schedules, managed, agents, identities, webConsole, state: () => state });
  const stopAudit = followEnrolmentAudit({ dataFolder: config.data, sink: new AuditLog(database, 'enrolment'), keep: config.store.auditRetention, log });
  let server: Server;
  let scraped: MetricsServer | undefined;
  try {
    scraped = await metrics?.listen({ isReady: () => state === 'ACTIVE_READY', hosts: systems.hosts, peers: agents.figures, fleet: agents.fleet, deadLetters: sync.deadLetters, webhooks });
    server = await listenRest(config, { handler, users, webConsole }, log, { observer: metrics?.requests, tracer: telemetry?.tracer });
  } catch (error) {
    await scraped?.close();
    await closeAgents('start failed');
    await stopAudit();
    await database.close();
    throw error;
  }
  const following = [systems.registry.watch(), followRestTls(config, server, log)];
  sync.watch(agents.fleet);
  schedules.start();
  webhooks.start();
  state = 'ACTIVE_READY';
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const grace = AbortSignal.timeout(config.shutdownGrace);
    state = 'STOPPING';
    for (const stopFollowing of following) stopFollowing();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const late = setTimeout(() => server.closeAllConnections(), config.shutdownGrace);
    await schedules.close().catch((error: unknown) => log.error({ err: error }, 'schedules could not be ended'));
    await sync.close().catch((error: unknown) => log.error({ err: error }, 'the audit could not be written to the end'));
    await closed;
    clearTimeout(late);
    await webhooks.close();
    await scraped?.close();
    await webConsole?.close();
    metrics?.close();
    await closeAgents('controller is stopping');
    await stopAudit();
    await database.close();
    await telemetry?.close(grace);
    await unlock();
  };
  return {
    restPort: (server.address() as AddressInfo).port,
    gatewayPort: agents.gateway?.port,
    enrolmentPort: enrolment?.port,
    metricsPort: scraped?.port,
    resources: handler.resources,
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
  readonly identities: Identities;
  closeAgents(reason: string): Promise<void>;
}

/** Everything agents see: the gateway, the enrolment listener, and who may be one. */
async function openAgentSide(config: ControllerConfig, systems: Awaited<ReturnType<typeof buildSystems>>, database: BackgroundDatabase, { log, metrics }: { readonly log: Log; readonly metrics: ConfiguredMetrics | undefined }): Promise<AgentSide> {
  const identities = await Identities.open(config, log, database);
  let enrolment: EnrolmentPart | undefined;
  try {
    enrolment = await openEnrolment(config, identities, log);
    const agents = await openAgents(config, systems, identities, log, metrics && ((reason) => metrics.agentSide.refused(reason)));
    return {
      agents, enrolment, identities,
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

interface RestParts { readonly handler: RequestHandler; readonly users: UserStore; readonly webConsole: ConsolePart | undefined }

async function listenRest({ rest, console: section }: ControllerConfig, { handler, users, webConsole }: RestParts, log: Log, watching: Pick<RestServerParts, 'observer' | 'tracer'>): Promise<Server> {
  if (rest.users.length === 0 && rest.oauth === undefined && section.oidc === undefined) log.warn({}, 'rest.users is empty, and neither rest.oauth nor console.oidc is set: nobody can use the REST API');
  const server = createRestServer({
    handler, log, ...watching, pages: webConsole?.pages,
    authenticate: restAuthentication({
      users, log, sessions: webConsole?.sessions, verifyToken: rest.oauth === undefined ? undefined : bearerVerifier(rest.oauth),
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
