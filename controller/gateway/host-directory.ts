import type { ConnectionGroup, PeerOptions } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import { LOCAL, type ConnectorHost, type ConnectorHosts } from '../systems/connector-hosts.js';
import { AgentHost } from './agent-host.js';
import { CertificateGroups } from './certificate-groups.js';

export type GroupAlgorithm = 'failover' | 'roundrobin';

export interface HostGroup {
  readonly name: string;
  readonly algorithm: GroupAlgorithm;
  /** Names of hosts. */
  readonly members: readonly string[];
}

/** The hosts that are named in the configuration; agents that are not may still dial in. */
export interface KnownHosts {
  readonly servers: readonly string[];
  readonly clients: readonly string[];
  readonly groups: readonly HostGroup[];
}

/** Knows every agent and server by name, as `connectorHostRef` does. */
export class HostDirectory implements ConnectorHosts {
  readonly #log: Log;
  readonly #hosts = new Map<string, AgentHost>();
  readonly #fixed: ReadonlySet<string>;
  readonly #groups: ReadonlyMap<string, HostGroup>;
  readonly #certificates = new CertificateGroups();
  readonly #turns = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  constructor(known: KnownHosts, log: Log) {
    this.#log = log;
    for (const name of known.clients) this.#hosts.set(name, new AgentHost(name, 'remoteConnectorClient'));
    for (const name of known.servers) this.#hosts.set(name, new AgentHost(name, 'remoteConnectorServer'));
    this.#fixed = new Set(this.#hosts.keys());
    this.#groups = new Map(known.groups.map((group) => [group.name, group]));
  }

  get all(): readonly ConnectorHost[] {
    return [...this.#hosts.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  get groups(): ReadonlyMap<string, readonly ConnectorHost[]> {
    const ofCertificates = this.#certificates.names.filter((name) => !this.#groups.has(name) && !this.#hosts.has(name));
    return new Map([...this.#groups.keys(), ...ofCertificates].map((name) => [name, this.#members(name) ?? []]));
  }

  candidates(hostRef: string): readonly ConnectorHost[] | undefined {
    if (hostRef === LOCAL || /^osgi/i.test(hostRef)) return this.all;
    const host = this.#hosts.get(hostRef);
    if (host !== undefined) return [host];
    const members = this.#members(hostRef);
    if (members === undefined || members.length === 0 || this.#groups.get(hostRef)?.algorithm !== 'roundrobin') return members;
    const turn = this.#turns.get(hostRef) ?? 0;
    this.#turns.set(hostRef, (turn + 1) % members.length);
    return [...members.slice(turn), ...members.slice(0, turn)];
  }

  /** Those the configuration lists, in its order, then those whose certificates are of the group. */
  #members(name: string): readonly ConnectorHost[] | undefined {
    const listed = this.#groups.get(name)?.members.flatMap((member) => this.#hosts.get(member) ?? []);
    const certified = this.#certificates.members(name);
    if (listed === undefined) return certified;
    return [...listed, ...(certified ?? []).filter((host) => !listed.some((other) => other.name === host.name))];
  }

  /** A socket of the session has shown a certificate of that group, or of none. */
  certified(session: ConnectionGroup, group: string | undefined): void {
    if (!this.#certificates.shown(session, group)) return;
    if (group !== undefined && this.#hosts.has(group)) {
      this.#log.error({ host: session.principal, group }, 'the certificate is of a group with the name of an agent or server: connectorHostRef means that one, and not the group');
    }
    this.#changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a peer tells of its groups. `server`: the configured name it was dialled under; else the agent's own counts. */
  events(server?: string): Required<Pick<PeerOptions, 'onGroupOpened' | 'onGroupDown' | 'onGroupDraining' | 'onGroupClosed' | 'onConnectorInfos'>> {
    const host = (group: ConnectionGroup): AgentHost => this.#host(server ?? group.principal, server === undefined ? 'remoteConnectorClient' : 'remoteConnectorServer');
    return {
      onGroupOpened: (group) => {
        host(group).opened(group);
        this.#log.info({ host: host(group).name }, 'connected');
        this.#changed();
      },
      onGroupDown: (group) => {
        this.#log.warn({ host: host(group).name }, 'connection lost');
        this.#changed();
      },
      onGroupDraining: (group) => {
        this.#log.info({ host: host(group).name }, 'draining: new operations go elsewhere');
        this.#changed();
      },
      onGroupClosed: (group, reason) => {
        const gone = host(group);
        gone.closed(group);
        this.#certificates.closed(group);
        if (gone.isEmpty && !this.#fixed.has(gone.name)) this.#hosts.delete(gone.name);
        this.#log.info({ host: gone.name, reason }, 'session closed');
        this.#changed();
      },
      onConnectorInfos: (group, infos) => {
        host(group).informed(group, infos);
        this.#certificates.informed(group, infos);
        this.#log.info({ host: host(group).name, connectors: infos.map(({ key }) => `${key.connectorName} ${key.bundleVersion}`) }, 'connectors announced');
        this.#changed();
      },
    };
  }

  #host(name: string, type: ConnectorHost['type']): AgentHost {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = new AgentHost(name, type);
    this.#hosts.set(name, host);
    return host;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
