import type { JsonObject } from '../../crest/json.js';
import type { CertificateRegister } from '../../enrolment/certificate-register.js';
import type { CertificateRecord } from '../../enrolment/register-state.js';
import type { ClientCertificate } from '../../gateway/client-certificate.js';
import type { AgentTraffic } from '../../systems/agent-traffic.js';
import type { ConnectorHost, ConnectorHosts } from '../../systems/connector-hosts.js';
import { displayName } from '../../systems/find-connector.js';

export interface AgentDocumentParts {
  readonly hosts: ConnectorHosts;
  readonly register: CertificateRegister;
  readonly traffic: AgentTraffic | undefined;
  /** The certificate a connected agent has shown. */
  shownBy(agent: string): Pick<ClientCertificate, 'serial' | 'notAfter'> | undefined;
}

/** As the page tells them apart: `connected`, `draining` (takes nothing new), `disconnected`. */
function stateOf({ isOperational, sessions = [] }: ConnectorHost): string {
  if (!isOperational) return 'disconnected';
  return sessions.some((session) => session.isOperational && !session.isDraining) || sessions.length === 0 ? 'connected' : 'draining';
}

/** Every agent and connector server that is connected or configured, and every agent that holds a certificate of this controller. */
export function agentDocuments(parts: AgentDocumentParts): readonly (JsonObject & { readonly _id: string })[] {
  const { hosts, register } = parts;
  const known = new Set(hosts.all.map(({ name }) => name));
  const enrolled = new Set([...register.state.certificates.values()].filter((record) => register.whyRefused(record) === undefined).map(({ agent }) => agent));
  return [
    ...hosts.all.map((host) => agentDocument(parts, host)),
    ...[...enrolled].filter((name) => !known.has(name)).map((name) => agentDocument(parts, { name, type: 'remoteConnectorClient', isOperational: false, connectorInfos: [], sessions: [] })),
  ].sort((left, right) => (left._id < right._id ? -1 : 1));
}

type ShownHost = Pick<ConnectorHost, 'name' | 'type' | 'isOperational' | 'connectorInfos' | 'sessions'>;

function agentDocument({ hosts, register, traffic, shownBy }: AgentDocumentParts, host: ShownHost): JsonObject & { readonly _id: string } {
  const certificate = register.state.ofAgent(host.name).filter((record) => register.whyRefused(record) === undefined).sort((left, right) => right.notAfter - left.notAfter)[0];
  const groups = [...hosts.groups].filter(([, members]) => members.some(({ name }) => name === host.name)).map(([name]) => name);
  const versions = new Set(host.connectorInfos.map(({ key }) => key.bundleVersion));
  return {
    _id: host.name, name: host.name, type: host.type, state: stateOf(host as ConnectorHost), groups,
    // The protocol tells no version of an agent, only those of its connectors: where they are one, it is that.
    version: versions.size === 1 ? [...versions][0] ?? null : null,
    sessions: (host.sessions ?? []).map(({ id, isOperational, isDraining, sockets, pending, features }) => ({ id, operational: isOperational, draining: isDraining, sockets, pending, causeway: features.length > 0 })),
    connectors: host.connectorInfos.map((info) => ({ ...info.key, displayName: displayName(info) })),
    certificate: certificate === undefined ? shownDocument(shownBy(host.name)) : certificateDocument(certificate),
    revoked: register.state.revokedAgents.has(host.name),
    traffic: traffic === undefined ? null : { ...traffic.figures(host.name), minutes: [...traffic.figures(host.name).minutes] },
  };
}

function certificateDocument({ serial, at, notAfter, provenAt, hostId }: CertificateRecord): JsonObject {
  return { serial, issued: iso(at), notAfter: iso(notAfter), inUse: provenAt !== undefined, ...(hostId === undefined ? {} : { hostId }) };
}

/** Of an authority elsewhere. */
function shownDocument(shown: ReturnType<AgentDocumentParts['shownBy']>): JsonObject | null {
  return shown === undefined || Number.isNaN(shown.notAfter) ? null : { serial: shown.serial, issued: null, notAfter: iso(shown.notAfter), inUse: true };
}

/** Groups a `connectorHostRef` can name. */
export function groupDocuments({ hosts }: Pick<AgentDocumentParts, 'hosts'>): readonly (JsonObject & { readonly _id: string })[] {
  return [...hosts.groups].map(([name, members]) => ({
    _id: name, name, members: members.map((member) => ({ name: member.name, state: stateOf(member) })), operational: members.some(({ isOperational }) => isOperational),
  }));
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

