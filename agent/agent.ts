import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { connectorIds } from '../connectors/registry.js';
import type { Clock, SessionLog } from '../protocol/session/contract.js';
import { StateFormatError, claimStateFormat } from '../deploy/runtime/service/state-format.js';
import type { TelemetryStatus } from '../deploy/runtime/telemetry/settings.js';
import type { Telemetry } from '../deploy/runtime/telemetry/start-telemetry.js';
import type { AuditStatus } from './audit/audit-log.js';
import { openAgentAudit, type AgentAudit } from './audit/configured-audit.js';
import type { AgentConfig } from './config/agent-config.js';
import { closestWord } from './config/closest-word.js';
import { ConfigError } from './config/config-problems.js';
import type { Enrolment, EnrolmentHooks } from './enrolment/enrolment-parts.js';
import { CertificateWatch, certificateFilesOf, type CertificateStatus } from './enrolment/certificate-watch.js';
import type { IdentityStatus } from './enrolment/identity-status.js';
import { checkIsolated } from './isolation/budgets.js';
import { configuredIsolation } from './isolation/configured-isolation.js';
import type { ProcessStatus } from './isolation/process-keeper.js';
import { recordingOf } from './desk/recording/agent-recording.js';
import { configuredTelemetry } from './observe/configured-telemetry.js';
import { startConfiguredLocal } from './observe/local/configured-local.js';
import type { LocalServer } from './observe/local/local-server.js';
import { OperationWatch } from './observe/watch/operation-watch.js';
import type { OverloadStatus } from './overload/overload-protection.js';
import { openConfiguredJournal } from './journal/configured-journal.js';
import type { WriteJournal } from './journal/write-journal.js';
import type { AgentMetrics } from './observe/metrics/agent-metrics.js';
import { scrapeOf } from './observe/metrics/agent-figures.js';
import { LivePolicy, type PolicyStatus } from './policy/live-policy.js';
import { hostConnectors } from './relay/hosted-connectors.js';
import type { RelayStatus } from './relay/relay-session.js';
import { keptHostId } from './session/host-id.js';
import { DialledSession } from './session/dialled-session.js';
import { ListenerSession } from './session/listener-session.js';
import { watchKeyFiles, keyFilesOf } from './transport/key-files-watch.js';
import { TokenSources } from './transport/oauth-token.js';
import { controllerSessionOf, listenerSessionOf, showsIdentity, type SharedParts } from './wiring.js';

export interface AgentStatus {
  /** At least one controller is connected, or a listener is open, and the agent is not stopping. */
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly controllers: readonly ReturnType<DialledSession['status']>[];
  readonly listeners: readonly ReturnType<ListenerSession['status']>[];
  /** Connector servers that operations are passed on to; one that is down does not make the agent unready. */
  readonly relays: readonly RelayStatus[];
  /** How busy the agent is, and whether new reads are refused for it; that makes it no less ready. */
  readonly load: OverloadStatus;
  /** The journal of writes: bytes on the disk, writes under way, writes of an earlier process nobody saw the end of, and whether writes are refused because it cannot be written. */
  readonly journal: ReturnType<WriteJournal['status']>;
  /** The local policy, and which of its brakes have counted. */
  readonly policy: PolicyStatus;
  /** Whether lines can be written, and how far they are shipped. An audit log that cannot be written makes the agent no less ready: reads go on. */
  readonly audit: AuditStatus;
  /** Connector configurations open. */
  readonly facades: number;
  /** Processes of connectors; undefined where every connector runs in the agent's own. */
  readonly isolation: readonly ProcessStatus[] | undefined;
  /** What `causeway agent enroll` left, where controllers are shown it; undefined for an agent that is not enrolled. */
  readonly identity: IdentityStatus | undefined;
  /** Certificates that come from files. */
  readonly certificates: readonly CertificateStatus[];
  /** Export of traces; undefined where nothing is traced. */
  readonly telemetry: TelemetryStatus | undefined;
}

export interface RunningAgent {
  status(): AgentStatus;
  /** Port of the local server, if there is one. */
  readonly healthPort: number | undefined;
  /** Resolves when the agent has stopped; rejects when every controller refused it for good. */
  readonly ended: Promise<void>;
  /** Reads the policy again and dials controllers that are being waited for, at once. Rejects when the policy cannot be read. */
  reload(): Promise<void>;
  /** Refuses new operations, lets those under way finish within the configured grace, closes with 1001. Idempotent. */
  stop(): Promise<void>;
}

export interface AgentParts {
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly version: string;
  /** Lines of the log that were dropped since the start. */
  readonly logLinesDropped?: (() => number) | undefined;
}

/** Connectors this agent offers. Throws a ConfigError for an id nobody has, here or under `isolation`. */
export function enabledConnectors(config: Pick<AgentConfig, 'connectors' | 'isolation'>): readonly string[] {
  const enabled = config.connectors.enabled ?? connectorIds;
  const problems = enabled.filter((id) => !connectorIds.includes(id)).map((id) => {
    const meant = closestWord(id, connectorIds);
    return `connectors.enabled: there is no connector "${id}"; ${meant === undefined ? `known: ${connectorIds.join(', ')}` : `did you mean ${meant}?`}`;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  if (config.isolation !== undefined) checkIsolated(config.isolation, enabled);
  return [...new Set(enabled)];
}

/** Makes the state directory (0700) and checks that it can be written. */
export async function prepareStateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ConfigError([`agent.stateDirectory: ${path} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}

/** State of a later version that this one cannot read stops the start, before anything is written. */
async function claimState(path: string, version: string): Promise<void> {
  try {
    await claimStateFormat(path, { setting: 'agent.stateDirectory', version });
  } catch (error) {
    if (error instanceof StateFormatError) throw new ConfigError([error.message]);
    throw new ConfigError([`agent.stateDirectory: ${path} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}

/** Authorities of targets; read once, at the start. Throws a ConfigError for a file that holds none. */
export async function readAuthorities(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined) return [];
  try {
    const text = await readFile(path, 'utf8');
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new ConfigError([`connectors.ca: ${path} holds no PEM certificate`]);
    return [text];
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`connectors.ca: the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}

/** Puts the setting in front of what is wrong with it: `listen EADDRINUSE` alone does not say which. */
async function naming<T>(setting: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    throw new Error(`${setting}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Loaded only by an agent whose identity may be an enrolled one. */
async function enrolmentFor(config: AgentConfig, hooks: EnrolmentHooks): Promise<Enrolment | undefined> {
  if (!config.controllers.some((controller) => showsIdentity(config, controller))) return undefined;
  const { enrolmentOf } = await import('./enrolment/enrolment-parts.js');
  return enrolmentOf(config, hooks);
}

/** Loaded only where somebody can ask for them. */
async function metricsFor({ health }: AgentConfig, version: string): Promise<AgentMetrics | undefined> {
  if (health === undefined) return undefined;
  const { AgentMetrics: Metrics } = await import('./observe/metrics/agent-metrics.js');
  return new Metrics(version);
}

/** Starts everything the configuration names. Rejects when a listener or the state directory cannot be had; an absent controller is no failure. */
export async function startAgent(config: AgentConfig, parts: AgentParts): Promise<RunningAgent> {
  const enabled = enabledConnectors(config);
  await prepareStateDirectory(config.agent.stateDirectory);
  await claimState(config.agent.stateDirectory, parts.version);
  const audit = await naming('audit', () => openAgentAudit(config, parts));
  try {
    const hostId = config.controllers.length === 0 ? undefined : config.agent.hostId ?? await keptHostId(config.agent.stateDirectory);
    return await startAudited(config, { ...parts, hostId, telemetry: await configuredTelemetry(config, parts) }, enabled, audit);
  } catch (error) {
    await audit.close();
    throw error;
  }
}

async function startAudited(config: AgentConfig, { clock, log, version, hostId, telemetry, logLinesDropped = () => 0 }: AgentParts & Pick<SharedParts, 'hostId'> & { readonly telemetry: Telemetry | undefined }, enabled: readonly string[], { log: audit, ...auditing }: AgentAudit): Promise<RunningAgent> {
  const trustedCertificates = await readAuthorities(config.connectors.ca);
  const policy = await LivePolicy.start({ file: config.policy.file, checkInterval: config.policy.checkInterval, stateDirectory: config.agent.stateDirectory, clock, log, audit });
  const journal = await naming('journal', () => openConfiguredJournal(config, log));
  const recording = await recordingOf(process.env, log);
  const operations = new OperationWatch(clock);
  const connectors = hostConnectors(config, { enabled, watch: operations, traffic: recording?.traffic, trustedCertificates, policy, journal, audit: auditing.parts, isolation: await configuredIsolation(config, { clock, log }), tracer: telemetry?.tracer }, { clock, log, version, metrics: await metricsFor(config, version) });
  const enrolment = await enrolmentFor(config, {
    clock, log, audit, version, onRenewed: () => { for (const session of controllers) session.renewSockets(); }, onReplaced: () => { dialAnew(controllers); },
  });
  const shared = { executor: connectors.executor, clock, log, version, hostId, audit, authentication: auditing.authentication, tokens: new TokenSources(clock), identity: enrolment?.identity };
  const controllers: readonly DialledSession[] = config.controllers.map((controller) => new DialledSession(controllerSessionOf(config, controller, shared)));
  const watch = new CertificateWatch({ certificates: certificateFilesOf(config), clock, log });
  const listeners: ListenerSession[] = [];
  const stopping = new AbortController();
  const status = (): AgentStatus => {
    const parts = { controllers: controllers.map((session) => session.status()), listeners: listeners.map((session) => session.status()) };
    const working = parts.listeners.length > 0 || parts.controllers.some(({ serving }) => serving > 0);
    return { ready: working && !stopping.signal.aborted, stopping: stopping.signal.aborted, ...parts, relays: connectors.relays(), load: connectors.load(), journal: journal.status(), policy: policy.status(), audit: audit.status(), facades: connectors.facadeCount, isolation: connectors.isolation(), identity: enrolment?.keeper.status(), certificates: watch.status(), telemetry: telemetry?.status() };
  };
  let local: LocalServer | undefined;
  try {
    await connectors.start(() => { for (const session of [...controllers, ...listeners]) session.announceConnectors(); });
    for (const [index, listener] of config.listeners.entries()) {
      listeners.push(await naming(`listeners[${index}]`, async () => ListenerSession.open(await listenerSessionOf(config, listener, shared))));
    }
    local = await naming('health', () => startConfiguredLocal(config, { clock, log, hostId, version, watch: operations, status, metrics: scrapeOf(config, { status, connectors, controllers, listeners, logLinesDropped }), stop: () => stop() }));
  } catch (error) {
    await Promise.all([...listeners.map((session) => session.close()), connectors.close()]);
    await journal.close();
    throw error;
  }
  const cut = new AbortController();
  const running = runControllers(controllers, cut.signal, log);
  const retry = (): void => { for (const session of controllers) session.retryNow(); };
  const keeping = Promise.all([enrolment?.keeper.run(cut.signal), watch.run(cut.signal), watchKeyFiles(keyFilesOf(config), retry, clock, cut.signal)]);
  const shutDown = async (): Promise<void> => {
    const grace = AbortSignal.timeout(config.agent.shutdownGrace);
    await Promise.all([...controllers, ...listeners].map((session) => session.drain(grace)));
    cut.abort('stopping');
    await Promise.all([running.catch(() => undefined), keeping, ...listeners.map((session) => session.close())]);
    await connectors.close();
    await Promise.all([journal.close(), recording?.close()]);
    await local?.close();
    await auditing.close();
    await telemetry?.close(grace);
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping.abort();
    stopped ??= shutDown();
    return stopped;
  };
  return { status, healthPort: local?.port, ended: endOf(running, listeners.length, stopping.signal, stop), reload: () => reload(policy, retry), stop };
}

/** With another identity than before: those who are refused need not wait either. */
function dialAnew(controllers: readonly DialledSession[]): void {
  for (const session of controllers) {
    session.retryNow();
    session.renewSockets();
  }
}

async function reload(policy: LivePolicy, retry: () => void): Promise<void> {
  // A change of the file counts when two looks find it the same.
  await policy.check();
  await policy.check();
  retry();
}

/** Resolves when all sessions were stopped; rejects when none is left because each was refused for good. */
async function runControllers(controllers: readonly DialledSession[], cut: AbortSignal, log: SessionLog): Promise<void> {
  if (controllers.length === 0) {
    await new Promise<void>((resolve) => { cut.addEventListener('abort', () => { resolve(); }, { once: true }); });
    return;
  }
  const results = await Promise.allSettled(controllers.map((session) => session.run(cut)));
  if (cut.aborted) return;
  const reasons = results.filter((result) => result.status === 'rejected').map(({ reason }) => (reason instanceof Error ? reason.message : String(reason)));
  log.error({ reasons }, 'Every controller refused this agent for good.');
  throw new Error(`Every controller refused this agent for good: ${reasons.join('; ')}`);
}

async function endOf(running: Promise<void>, listeners: number, stopping: AbortSignal, stop: () => Promise<void>): Promise<void> {
  try {
    await running;
  } catch (error) {
    if (listeners === 0 && !stopping.aborted) {
      await stop();
      throw error;
    }
  }
  if (!stopping.aborted) await new Promise<void>((resolve) => { stopping.addEventListener('abort', () => { resolve(); }, { once: true }); });
  await stop();
}
