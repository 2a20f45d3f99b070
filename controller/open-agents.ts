import { readFile } from 'node:fs/promises';
import { createPeer } from '../protocol/session/peer.js';
import type { ProtocolPeer, SessionLimits } from '../protocol/session/contract.js';
import { bearerVerifier } from './authentication/bearer-tokens.js';
import { UserStore } from './authentication/user-store.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig, GatewayConfig } from './config/controller-config.js';
import { keepServerDialled } from './gateway/dial-server.js';
import { openGateway, type Gateway } from './gateway/gateway.js';
import type { Log } from './log.js';
import { gatewayTls } from './tls-files.js';

/** Everything that keeps connections to agents and connector servers. */
export interface AgentsPart {
  readonly gateway: Gateway | undefined;
  /** Says goodbye to every peer. */
  close(reason: string): Promise<void>;
}

const DEFAULT_FRAME = 32 * 1_024 ** 2;

/** Listens for agents and dials the configured connector servers. */
export async function openAgents(config: ControllerConfig, systems: SystemsPart, log: Log): Promise<AgentsPart> {
  const limits = sessionLimits(config);
  const listener = createPeer({ role: 'listener', limits, log, ...systems.hosts.events() });
  const gateway = config.gateway === undefined ? undefined : await listen(config.gateway, listener, systems, log);
  const stop = new AbortController();
  const ca = config.systems.remoteServerAuthorities === undefined ? undefined : await readFile(config.systems.remoteServerAuthorities, 'utf8');
  const dialled = systems.provider.servers.map((server) => {
    const peer = createPeer({ role: 'dialler', limits, log, ...systems.hosts.events(server.name) });
    return { peer, ended: keepServerDialled(server, { peer, ca, log, maxFrameBytes: config.gateway?.maxFrameSize ?? DEFAULT_FRAME }, stop.signal) };
  });
  return {
    gateway,
    async close(reason) {
      stop.abort(new Error(reason));
      await Promise.all([gateway?.close(), listener.close(reason), ...dialled.map(({ peer }) => peer.close(reason))]);
      await Promise.all(dialled.map(({ ended }) => ended));
    },
  };
}

function sessionLimits({ session, gateway }: ControllerConfig): Partial<SessionLimits> {
  return {
    ...(gateway === undefined ? {} : { maxFrameBytes: gateway.maxFrameSize }),
    ...(session.heartbeatInterval === undefined ? {} : { heartbeatInterval: session.heartbeatInterval }),
    ...(session.handshakeTimeout === undefined ? {} : { handshakeTimeout: session.handshakeTimeout }),
    ...(session.groupExpiry === undefined ? {} : { groupExpiry: session.groupExpiry }),
    ...(session.maxBufferedSize === undefined ? {} : { maxBufferedBytes: session.maxBufferedSize }),
  };
}

async function listen(config: GatewayConfig, peer: ProtocolPeer, { provider }: SystemsPart, log: Log): Promise<Gateway> {
  const passwords = config.agents.flatMap(({ name, passwordHash }) => (passwordHash === undefined ? [] : [{ name, passwordHash, roles: [] }]));
  const allowed = new Set([...config.agents, ...provider.clients].filter(({ enabled }) => enabled).map(({ name }) => name));
  const refused = new Set([
    ...[...config.agents, ...provider.clients].filter(({ enabled }) => !enabled).map(({ name }) => name),
    // A name in the configuration that is not an agent's must not be taken by one.
    ...[...provider.servers, ...provider.groups].map(({ name }) => name),
  ]);
  return openGateway({
    ...config, maxFrameBytes: config.maxFrameSize, log,
    tls: config.tls === undefined ? undefined : await gatewayTls(config.tls),
    authentication: {
      passwords: new UserStore(passwords),
      verifyToken: config.oauth === undefined ? undefined : bearerVerifier(config.oauth),
      isAllowed: (name) => !refused.has(name) && (allowed.has(name) || !config.onlyListedAgents),
    },
    onSocket: (socket, agent) => {
      peer.attach(socket, agent).catch((error: unknown) => {
        log.warn({ agent, reason: error instanceof Error ? error.message : 'unknown reason' }, 'a socket of an agent did not join');
      });
    },
  });
}
