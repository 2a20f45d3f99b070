import type { Counter, Gauge } from 'prom-client';
import { OTHER } from '../../deploy/runtime/metrics/bounded-values.js';
import type { CountedElsewhere, MetricsRegistry } from '../../deploy/runtime/metrics/metrics-registry.js';
import type { PeerFigures } from '../../protocol/session/contract.js';
import type { ConnectorHost } from '../systems/connector-hosts.js';

/** What a scrape reads of the connections. */
export interface AgentSideFigures {
  readonly hosts: readonly Pick<ConnectorHost, 'name' | 'type' | 'isOperational'>[];
  readonly groups: ReadonlyMap<string, readonly Pick<ConnectorHost, 'isOperational'>[]>;
  /** Of agents that dial in, and of connector servers that are dialled. */
  readonly peers: { readonly agents: PeerFigures; readonly servers: readonly PeerFigures[] };
}

/** Names come out of certificates; a site with more agents than this looks at groups. */
const MOST_HOSTS = 1_000;
const MOST_GROUPS = 200;

const sum = (figures: readonly PeerFigures[], of: keyof PeerFigures): number => figures.reduce((total, one) => total + one[of], 0);

/** Agents, connector servers, and what goes over their sockets. */
export class AgentSideMetrics {
  readonly #agents: Gauge;
  readonly #known: Gauge;
  readonly #connected: Gauge;
  readonly #group: Gauge;
  readonly #refused: Counter;
  readonly #sockets: Gauge;
  readonly #handshakes: CountedElsewhere;
  readonly #frames: CountedElsewhere;
  readonly #bytes: CountedElsewhere;
  readonly #pending: Gauge;

  constructor(registry: MetricsRegistry) {
    this.#agents = registry.gauge('hosts_connected', 'Agents and connector servers that are connected. peer: agent (it dials in) or server (it is dialled).', ['peer']);
    this.#known = registry.gauge('hosts_known', 'Agents and connector servers that are connected or listed in the configuration of connector servers.', ['peer']);
    this.#connected = registry.gauge('host_connected', '1: the agent or server is connected; 0: it is known and is not. The first 1,000 by name; the number of the others is under other.', ['peer', 'host']);
    this.#group = registry.gauge('group_hosts_connected', 'Members of a group that are connected.', ['group']);
    this.#refused = registry.counter('agents_refused_total', 'Sockets of agents that were refused. reason: tls (the TLS handshake failed) or the HTTP status.', ['reason']);
    this.#sockets = registry.gauge('sockets', 'Sockets that carry operations.', ['peer']);
    this.#handshakes = registry.countedElsewhere('handshake_failures_total', 'Sockets that were open and whose handshake failed or came too late.', ['peer']);
    this.#frames = registry.countedElsewhere('frames_total', 'Protocol messages. direction: sent or received.', ['peer', 'direction']);
    this.#bytes = registry.countedElsewhere('frame_bytes_total', 'Bytes of protocol messages, without those of WebSocket and TLS. direction: sent or received.', ['peer', 'direction']);
    this.#pending = registry.gauge('operations_pending', 'Operations sent to agents and servers that have not been answered to the end.', ['peer']);
    for (const reason of ['tls', '401', '403']) this.#refused.inc({ reason }, 0);
  }

  refused(reason: 'tls' | 401 | 403 | 404 | 503): void {
    this.#refused.inc({ reason: String(reason) });
  }

  fill({ hosts, groups, peers: { agents, servers } }: AgentSideFigures): void {
    this.#peer('agent', [agents]);
    this.#peer('server', servers);
    for (const peer of ['agent', 'server']) {
      this.#agents.set({ peer }, 0);
      this.#known.set({ peer }, 0);
    }
    for (const [index, { name, type, isOperational }] of hosts.entries()) {
      const peer = type === 'remoteConnectorServer' ? 'server' : 'agent';
      this.#known.inc({ peer });
      this.#agents.inc({ peer }, isOperational ? 1 : 0);
      this.#connected.inc({ peer, host: index < MOST_HOSTS ? name : OTHER }, isOperational ? 1 : 0);
    }
    for (const [group, members] of [...groups].slice(0, MOST_GROUPS)) this.#group.set({ group }, members.filter(({ isOperational }) => isOperational).length);
  }

  #peer(peer: string, figures: readonly PeerFigures[]): void {
    this.#sockets.set({ peer }, sum(figures, 'sockets'));
    this.#pending.set({ peer }, sum(figures, 'pending'));
    this.#handshakes.tell(sum(figures, 'handshakesFailed'), { peer });
    this.#frames.tell(sum(figures, 'framesSent'), { peer, direction: 'sent' });
    this.#frames.tell(sum(figures, 'framesReceived'), { peer, direction: 'received' });
    this.#bytes.tell(sum(figures, 'bytesSent'), { peer, direction: 'sent' });
    this.#bytes.tell(sum(figures, 'bytesReceived'), { peer, direction: 'received' });
  }
}
