import type { Clock, OperationExecutor, SessionLimits, SessionLog } from '../protocol/session/contract.js';
import type { AgentConfig, ControllerConfig, ListenerConfig, RelayConfig } from './config/agent-config.js';
import { relayUrl } from './config/relay-settings.js';
import { selectionOf } from './relay/connector-selection.js';
import type { RelaySessionOptions } from './relay/relay-session.js';
import { RememberedConnectors } from './relay/remembered-connectors.js';
import type { DialledSessionOptions } from './session/dialled-session.js';
import type { ListenerSessionOptions } from './session/listener-session.js';
import { CONNECTOR_SERVER } from './session/partner.js';
import { basicAuthorization, certificateOnly, type Authorization } from './transport/authorization.js';
import { connectorServerKeyHash } from './transport/connector-server-key.js';
import { dial, type DialTarget } from './transport/dial.js';
import { oauthAuthorization } from './transport/oauth-token.js';

/** From configuration to the parts of the agent. No I/O but reading a listener's key. */

export interface SharedParts {
  readonly executor: OperationExecutor;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly version: string;
}

export function sessionLimitsOf({ session }: AgentConfig): Partial<SessionLimits> {
  const { handshakeTimeout, heartbeatInterval, groupCheckInterval, groupExpiry, resendTimeout, maxConcurrentRequests, maxQueuedRequests } = session;
  return { maxFrameBytes: session.maxFrameSize, handshakeTimeout, heartbeatInterval, groupCheckInterval, groupExpiry, resendTimeout, maxConcurrentRequests, maxQueuedRequests };
}

/** A controller's own tls and proxy replace the common ones. */
export function dialTargetOf(config: AgentConfig, controller: ControllerConfig, clock: Clock, version: string): DialTarget {
  return {
    url: controller.url,
    tls: controller.tls ?? config.tls ?? {},
    proxy: controller.proxy ?? config.proxy,
    authorization: authorizationOf(config, controller, clock),
    connectTimeout: controller.connectTimeout,
    maxFrameBytes: config.session.maxFrameSize,
    userAgent: userAgentOf(config, version),
  };
}

function userAgentOf({ agent: { name, hostId } }: AgentConfig, version: string): string {
  return `Causeway/${version} (${name}${hostId === undefined ? '' : `; ${hostId}`})`;
}

/** The token endpoint is reached the controller's way: same trust, same proxy. The client certificate stays with the controller. */
function authorizationOf(config: AgentConfig, controller: ControllerConfig, clock: Clock): Authorization {
  const { auth } = controller;
  if (auth?.oauth !== undefined) {
    const tls = controller.tls ?? config.tls;
    return oauthAuthorization({ ...auth.oauth, tls: { ca: tls?.ca, minVersion: tls?.minVersion }, proxy: controller.proxy ?? config.proxy }, clock);
  }
  if (auth?.principal !== undefined && auth.password !== undefined) return basicAuthorization(auth.principal, auth.password);
  return certificateOnly;
}

export function controllerSessionOf(config: AgentConfig, controller: ControllerConfig, parts: SharedParts): DialledSessionOptions {
  const target = dialTargetOf(config, controller, parts.clock, parts.version);
  const { session, agent } = config;
  return {
    url: controller.url.href,
    plan: { sockets: controller.sockets, maxSockets: controller.maxSockets ?? controller.sockets + 1, connectionTtl: controller.connectionTtl, stagger: session.startStagger },
    backoff: { base: session.backoffBase, cap: session.backoffCap },
    retireTimeout: Math.max(1000, agent.shutdownGrace),
    limits: sessionLimitsOf(config),
    executor: parts.executor, clock: parts.clock, log: parts.log,
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
      backoff: { base: session.backoffBase, cap: session.backoffCap }, retireTimeout: Math.max(1000, agent.shutdownGrace),
      limits: sessionLimitsOf(config), clock, log,
      dial: (stop) => dial(target, stop),
    },
  };
}

export async function listenerSessionOf(config: AgentConfig, listener: ListenerConfig, parts: SharedParts): Promise<ListenerSessionOptions> {
  const { port, address, tls, maxConnections, maxUnauthenticated, authenticationTimeout } = listener;
  const keyHash = listener.keyHash ?? connectorServerKeyHash((await listener.key?.resolve())?.reveal() ?? '');
  return {
    listen: { port, address, keyHash, tls, maxConnections, maxUnauthenticated, authenticationTimeout, maxFrameBytes: config.session.maxFrameSize },
    limits: sessionLimitsOf(config),
    executor: parts.executor, clock: parts.clock, log: parts.log,
  };
}
