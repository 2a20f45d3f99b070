import { createPeer } from '../protocol/session/peer.js';
import type { PeerFigures, ProtocolPeer, SessionLimits } from '../protocol/session/contract.js';
import { bearerVerifier } from './authentication/bearer-tokens.js';
import { UserStore } from './authentication/user-store.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig, GatewayConfig } from './config/controller-config.js';
import type { Fleet } from './fleet/fleet.js';
import { keepServerDialled } from './gateway/dial-server.js';
import type { AgentAuthenticationParts } from './gateway/agent-authentication.js';
import { openGateway, type Gateway, type GatewayOptions } from './gateway/gateway.js';
import type { Log } from './log.js';
import type { Identities } from './enrolment/identities.js';
import type { ClientCertificate } from './gateway/client-certificate.js';
import { AgentConnections } from './gateway/agent-connections.js';
import { bothEvents } from './gateway/both-events.js';
import { clientCertificateOptions, gatewayTls, requireUnexpired } from './tls-files.js';
import { readAuthorityFile } from './tls/authority-file.js';
import { followFiles } from './tls/follow-files.js';

/** Everything that keeps connections to agents and connector servers. */
export interface AgentsPart {
  readonly gateway: Gateway | undefined;
  /** The certificate an agent has shown that is connected; undefined when it has shown none. */
  shownBy(agent: string): ClientCertificate | undefined;
  /** Undefined: this controller is alone. */
  readonly fleet: Fleet | undefined;
  /** Of agents that dial in, and of connector servers that are dialled. */
  figures(): { readonly agents: PeerFigures; readonly servers: readonly PeerFigures[] };
  /** Says goodbye to every peer. */
  close(reason: string): Promise<void>;
}

const DEFAULT_CLONE_GRACE = 60_000;
const DEFAULT_FRAME = 32 * 1_024 ** 2;
const DEFAULT_BUFFER = 64 * 1_024 ** 2;

/** Listens for agents and dials the configured connector servers. */
export async function openAgents(config: ControllerConfig, systems: SystemsPart, identities: Identities, log: Log, onRefused?: GatewayOptions['onRefused']): Promise<AgentsPart> {
  const limits = sessionLimits(config);
  const connections = new AgentConnections({
    judge: identities.judge, audit: identities.audit,
    clones: { action: config.gateway?.clones ?? 'alert', grace: config.gateway?.cloneGrace ?? DEFAULT_CLONE_GRACE, replicas: replicasOf(config.gateway) },
  });
  const fleet = await fleetFor(config, { limits, systems, connections, log });
  const listener = createPeer({ role: 'listener', limits, log, ...bothEvents(systems.hosts.events(), fleet?.events) });
  const gateway = config.gateway === undefined ? undefined : await listen(config.gateway, { connections, peer: listener, systems, identities, fleet, log, onRefused });
  fleet?.start(listener);
  const stop = new AbortController();
  const ca = config.systems.remoteServerAuthorities === undefined ? undefined : await readAuthorityFile('systems.remoteServerAuthorities', config.systems.remoteServerAuthorities);
  const dialled = systems.provider.servers.map((server) => {
    const peer = createPeer({ role: 'dialler', limits, log, ...systems.hosts.events(server.name) });
    return { peer, ended: keepServerDialled(server, { peer, ca, minVersion: config.systems.remoteServerMinVersion, log, maxFrameBytes: config.gateway?.maxFrameSize ?? DEFAULT_FRAME }, stop.signal) };
  });
  return {
    gateway, fleet,
    shownBy: (agent) => gateway?.shownBy(agent),
    figures: () => ({ agents: listener.figures(), servers: dialled.map(({ peer }) => peer.figures()) }),
    async close(reason) {
      stop.abort(new Error(reason));
      connections.stop();
      await fleet?.close(reason);
      await Promise.all([gateway?.close(), listener.close(reason), ...dialled.map(({ peer }) => peer.close(reason))]);
      await Promise.all(dialled.map(({ ended }) => ended));
    },
  };
}

/** Loaded only where the configuration asks for it. */
async function fleetFor(config: ControllerConfig, { limits, systems, connections, log }: { readonly limits: Partial<SessionLimits>; readonly systems: SystemsPart; readonly connections: AgentConnections; readonly log: Log }): Promise<Fleet | undefined> {
  if (config.fleet === undefined) return undefined;
  const { openFleet } = await import('./fleet/open-fleet.js');
  return openFleet({
    config: config.fleet, limits, log, maxFrameBytes: config.gateway?.maxFrameSize ?? DEFAULT_FRAME, maxBufferedBytes: config.session.maxBufferedSize ?? DEFAULT_BUFFER,
    certified: (group, certificateGroup) => systems.hosts.certified(group, certificateGroup),
    elsewhere: (claims) => connections.elsewhere(claims.flatMap(({ claim: { node, agent, session, hostId, certificate } }) => (certificate === undefined ? [] : [{ ...certificate, controller: node, agent, sessionId: session, hostId }]))),
  });
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

interface ListenParts { readonly connections: AgentConnections; readonly peer: ProtocolPeer; readonly systems: SystemsPart; readonly identities: Identities; readonly fleet: Fleet | undefined; readonly log: Log; readonly onRefused: GatewayOptions['onRefused'] | undefined }

async function listen(config: GatewayConfig, parts: ListenParts): Promise<Gateway & Pick<AgentsPart, 'shownBy'>> {
  const { connections, peer, identities, systems, fleet, log } = parts;
  const readTls = tlsReader(config, identities);
  const gateway = await openGateway({
    ...config, maxFrameBytes: config.maxFrameSize, log, connections,
    tls: config.tls === undefined ? undefined : { ...await readTls?.(), ...clientCertificateOptions(config.tls) },
    authentication: authentication(config, parts),
    onProven: (fingerprint) => identities.proven(fingerprint),
    ...(parts.onRefused === undefined ? {} : { onRefused: parts.onRefused }),
    onSocket: (socket, { name, group: certificateGroup, certificate }, watched) => {
      peer.attach(socket, name).then(({ group, hostId }) => {
        systems.hosts.certified(group, certificateGroup);
        fleet?.joined(group, certificateGroup, { hostId: hostId?.slice(0, 128), certificate: certificate && { fingerprint: certificate.fingerprint, serial: certificate.serial } });
        watched.joined(group.peerSessionId, hostId);
      }).catch((error: unknown) => {
        log.warn({ agent: name, reason: error instanceof Error ? error.message : 'unknown reason' }, 'a socket of an agent did not join');
      });
    },
  });
  identities.onChange(() => connections.review());
  const stopFollowing = readTls === undefined ? undefined : followTls(config, gateway, { readTls, identities, log });
  return {
    ...gateway,
    shownBy: (agent) => connections.shownBy(agent),
    close: async () => {
      stopFollowing?.();
      await gateway.close();
    },
  };
}

/** How many machines the configuration lets share the certificate of an agent. */
function replicasOf(gateway: GatewayConfig | undefined): (agent: string) => number {
  const replicas = new Map(gateway?.agents.map((agent) => [agent.name, agent.replicas]));
  return (agent) => replicas.get(agent) ?? 1;
}

function tlsReader({ tls }: GatewayConfig, { trust }: Identities): (() => ReturnType<typeof gatewayTls>) | undefined {
  if (tls === undefined) return undefined;
  return () => gatewayTls(tls, tls.clientCertificates === 'none' ? undefined : trust?.now.bundle);
}

/** Certificates are replaced under way: by an ACME client that writes files, by a rotation of the authorities. */
function followTls({ tls }: GatewayConfig, gateway: Gateway, { readTls, identities: { trust }, log }: { readonly readTls: () => ReturnType<typeof gatewayTls>; readonly identities: Identities; readonly log: Log }): () => void {
  return followFiles('certificates of the gateway', {
    paths: () => [...(tls === undefined ? [] : [tls.certificate, tls.key]), ...(trust?.paths() ?? [])],
    onChange: async () => {
      await trust?.reload();
      const read = await readTls();
      requireUnexpired(read);
      gateway.setTls(read);
      log.info({ authorities: trust?.now.bundle.certificates.length }, 'the gateway uses the changed certificates');
    },
  }, log);
}

function authentication(config: GatewayConfig, { systems: { provider }, identities }: ListenParts): AgentAuthenticationParts {
  const passwords = config.agents.flatMap(({ name, passwordHash }) => (passwordHash === undefined ? [] : [{ name, passwordHash, roles: [] }]));
  const allowed = new Set([...config.agents, ...provider.clients].filter(({ enabled }) => enabled).map(({ name }) => name));
  const refused = new Set([
    ...[...config.agents, ...provider.clients].filter(({ enabled }) => !enabled).map(({ name }) => name),
    // A name in the configuration that is not an agent's must not be taken by one.
    ...[...provider.servers, ...provider.groups].map(({ name }) => name),
  ]);
  return {
    passwords: new UserStore(passwords), identities, groups: config.certificateGroups,
    verifyToken: config.oauth === undefined ? undefined : bearerVerifier(config.oauth),
    isAllowed: (name) => !refused.has(name) && (allowed.has(name) || !config.onlyListedAgents),
  };
}
