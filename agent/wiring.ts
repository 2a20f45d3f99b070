import type { Clock, OperationExecutor, SessionLimits, SessionLog } from '../protocol/session/contract.js';
import type { AuditLog } from './audit/audit-log.js';
import type { AuthenticationAudit } from './audit/authentication-audit.js';
import type { AgentConfig, ControllerConfig, ListenerConfig, RelayConfig } from './config/agent-config.js';
import { relayUrl } from './config/relay-settings.js';
import type { EnrolledIdentity } from './enrolment/enrolled-identity.js';
import { selectionOf } from './relay/connector-selection.js';
import type { RelaySessionOptions } from './relay/relay-session.js';
import { RememberedConnectors } from './relay/remembered-connectors.js';
import type { DialledSessionOptions } from './session/dialled-session.js';
import type { ListenerSessionOptions } from './session/listener-session.js';
import { CONNECTOR_SERVER } from './session/partner.js';
import { basicAuthorization, certificateOnly, type Authorization } from './transport/authorization.js';
import { connectorServerKeyHash } from './transport/connector-server-key.js';
import { dial, type DialTarget } from './transport/dial.js';
import { TokenSources } from './transport/oauth-token.js';

/** From configuration to the parts of the agent. No I/O but reading a listener's key. */

export interface SharedParts {
  readonly executor: OperationExecutor;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly version: string;
  /** Tells machines that show the same certificate apart. */
  readonly hostId?: string | undefined;
  /** Tokens that several controllers share. */
  readonly tokens?: TokenSources | undefined;
  /** What `causeway agent enroll` left, for controllers that are configured to be shown it. */
  readonly identity?: EnrolledIdentity | undefined;
  readonly audit?: Pick<AuditLog, 'event'> | undefined;
  /** Told who tries to become a controller at a listener. */
  readonly authentication?: AuthenticationAudit | undefined;
}

export function sessionLimitsOf({ session }: AgentConfig): Partial<SessionLimits> {
  const { handshakeTimeout, heartbeatInterval, groupCheckInterval, groupExpiry, resendTimeout, maxConcurrentRequests, maxQueuedRequests, maxQueueTime } = session;
  return { maxFrameBytes: session.maxFrameSize, handshakeTimeout, heartbeatInterval, groupCheckInterval, groupExpiry, resendTimeout, maxConcurrentRequests, maxQueuedRequests, maxQueueTime };
}

/** A controller's own tls and proxy replace the common ones. */
export function dialTargetOf(config: AgentConfig, controller: ControllerConfig, clock: Clock, version: string, { identity, tokens = new TokenSources(clock) }: Pick<SharedParts, 'identity' | 'tokens'> = {}): DialTarget {
  return {
    url: controller.url,
    tls: controller.tls ?? config.tls ?? {},
    identity: identity === undefined || !showsIdentity(config, controller) ? undefined : () => identity.use(controller.enrolled === true),
    proxy: controller.proxy ?? config.proxy,
    authorization: authorizationOf(config, controller, tokens),
    connectTimeout: controller.connectTimeout,
    maxFrameBytes: config.session.maxFrameSize,
    userAgent: userAgentOf(config, version),
  };
}

/** Where nothing else says who we are, or where the configuration wants it. Only over TLS. */
export function showsIdentity(config: AgentConfig, controller: ControllerConfig): boolean {
  const tls = controller.tls ?? config.tls;
  const isAnonymous = tls?.certificate === undefined && tls?.pkcs12 === undefined && (controller.auth ?? config.auth) === undefined;
  return controller.url.protocol === 'wss:' && (controller.enrolled ?? isAnonymous);
}

function userAgentOf({ agent: { name, hostId } }: AgentConfig, version: string): string {
  return `Causeway/${version} (${name}${hostId === undefined ? '' : `; ${hostId}`})`;
}

/** The token endpoint is reached the controller's way: same trust, same proxy. The client certificate stays with the controller. */
function authorizationOf(config: AgentConfig, controller: ControllerConfig, tokens: TokenSources): Authorization {
  const auth = controller.auth ?? config.auth;
  if (auth?.oauth !== undefined) {
    const tls = controller.tls ?? config.tls;
    return tokens.for({ ...auth.oauth, tls: { ca: tls?.ca, minVersion: tls?.minVersion }, proxy: controller.proxy ?? config.proxy });
  }
  if (auth?.principal !== undefined && auth.password !== undefined) return basicAuthorization(auth.principal, auth.password);
  return certificateOnly;
}

export function controllerSessionOf(config: AgentConfig, controller: ControllerConfig, parts: SharedParts): DialledSessionOptions {
  const target = dialTargetOf(config, controller, parts.clock, parts.version, parts);
  const { session, agent } = config;
  return {
    onRefused: (problem) => void parts.audit?.event({ kind: 'agent-refused', outcome: 'refused', detail: { controller: controller.url.href, problem } }),
    url: controller.url.href,
    plan: { sockets: controller.sockets, maxSockets: controller.maxSockets ?? controller.sockets + 1, connectionTtl: controller.connectionTtl, stagger: session.startStagger },
    backoff: { base: session.backoffBase, cap: session.backoffCap, long: session.backoffLong },
    retireTimeout: Math.max(1000, agent.shutdownGrace),
    limits: sessionLimitsOf(config),
    hostId: parts.hostId, executor: parts.executor, clock: parts.clock, log: parts.log,
    dial: (stop) => dial(target, stop),
  };
}

/** A server of the LAN: the agent's own certificate and proxy are for its controllers, not for it. */
export function relaySessionOf(config: AgentConfig, relay: RelayConfig, { clock, log, version }: Omit<SharedParts, 'executor'>): RelaySessionOptions {
  const { session, agent } = config;
  const url = new URL(relayUrl(relay));
  const target: DialTarget = {
    url, tls: relay.tls ?? {}, proxy: relay.proxy, authorization: basicAuthorization(relay.principal, relay.key),
    connectTimeout: relay.connectTimeout, maxFrameBytes: session.maxFrameSize, userAgent: userAgentOf(config, version), partner: CONNECTOR_SERVER,
  };
  return {
    name: relay.name, selection: selectionOf(relay.connectors), maxBufferedBytes: relay.maxBufferedBytes,
    remembered: new RememberedConnectors(agent.stateDirectory, log),
    session: {
      url: url.href, plan: { sockets: relay.sockets, maxSockets: relay.sockets, connectionTtl: 0, stagger: session.startStagger },
      backoff: { base: session.backoffBase, cap: session.backoffCap, long: session.backoffLong }, retireTimeout: Math.max(1000, agent.shutdownGrace),
      limits: sessionLimitsOf(config), clock, log,
      dial: (stop) => dial(target, stop),
    },
  };
}

export async function listenerSessionOf(config: AgentConfig, listener: ListenerConfig, parts: SharedParts): Promise<ListenerSessionOptions> {
  const { port, address, tls, maxConnections, maxUnauthenticated, authenticationTimeout } = listener;
  const keyHash = listener.keyHash ?? connectorServerKeyHash((await listener.key?.resolve())?.reveal() ?? '');
  return {
    listen: { port, address, keyHash, tls, maxConnections, maxUnauthenticated, authenticationTimeout, maxFrameBytes: config.session.maxFrameSize, onAuthentication: (attempt) => { parts.authentication?.note(attempt); } },
    limits: sessionLimitsOf(config),
    executor: parts.executor, clock: parts.clock, log: parts.log,
  };
}
