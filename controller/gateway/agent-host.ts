import { ConnectorError, connectorKeyText, type ConnectorFacade, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import type { ConnectionGroup } from '../../protocol/session/contract.js';
import { distanceOf } from './distance.js';
import { JavaPeerFacade } from './java-peer-facade.js';
import type { ConnectorHost, HostSession } from '../systems/connector-hosts.js';
import { drainingLast, type FacadeMember } from '../systems/facade-members.js';

/**
 * One name under which connectors can be reached: every process that connects with it, each a connection group. The one
 * that came first serves as long as it is operational and does not drain, because the state of liveSync may live on its disk;
 * one that is connected here goes before those that are by way of another controller.
 */
export class AgentHost implements ConnectorHost {
  readonly name: string;
  readonly type: ConnectorHost['type'];
  readonly #groups = new Map<ConnectionGroup, readonly ConnectorInfo[]>();

  constructor(name: string, type: ConnectorHost['type']) {
    this.name = name;
    this.type = type;
  }

  get isOperational(): boolean {
    return this.#operational.length > 0;
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** The union over its processes; the first one's description counts. */
  get connectorInfos(): readonly ConnectorInfo[] {
    const byKey = new Map<string, ConnectorInfo>();
    for (const [, infos] of this.#operational) {
      for (const [key, info] of byKeyText(infos)) if (!byKey.has(key)) byKey.set(key, info);
    }
    return [...byKey.values()];
  }

  get sessions(): readonly HostSession[] {
    return [...this.#groups.keys()].map((group) => ({
      id: group.peerSessionId, isOperational: group.isOperational, isDraining: group.isDraining, sockets: group.socketCount, pending: group.pending, features: [...group.features],
    }));
  }

  get #operational(): [ConnectionGroup, readonly ConnectorInfo[]][] {
    return [...this.#groups].filter(([group]) => group.isOperational);
  }

  facade(key: ConnectorKey, facadeKey: string): ConnectorFacade {
    const [first] = this.members(key, facadeKey);
    if (first === undefined) throw new ConnectorError('connectionFailed', `${this.name} is not connected, or does not offer ${connectorKeyText(key)} any more.`);
    return first.facade();
  }

  members(key: ConnectorKey, facadeKey: string): readonly FacadeMember[] {
    const wanted = connectorKeyText(key);
    const offering = this.#operational.filter(([, infos]) => byKeyText(infos).has(wanted));
    if (offering.some(([group]) => distanceOf(group) > 0)) offering.sort(([left], [right]) => distanceOf(left) - distanceOf(right));
    return drainingLast(offering.map(([group]) => ({ place: group, facade: () => facadeAt(group, key, facadeKey) })));
  }

  opened(group: ConnectionGroup): void {
    if (!this.#groups.has(group)) this.#groups.set(group, []);
  }

  informed(group: ConnectionGroup, infos: readonly ConnectorInfo[]): void {
    this.#groups.set(group, infos);
  }

  closed(group: ConnectionGroup): void {
    this.#groups.delete(group);
  }
}

/** Each list's own, which agents of one version share: it is looked at for every operation. */
const byKeyTextOf = new WeakMap<readonly ConnectorInfo[], ReadonlyMap<string, ConnectorInfo>>();

/** The first of each key. */
function byKeyText(infos: readonly ConnectorInfo[]): ReadonlyMap<string, ConnectorInfo> {
  const known = byKeyTextOf.get(infos);
  if (known !== undefined) return known;
  const byKey = new Map<string, ConnectorInfo>();
  for (const info of infos) if (!byKey.has(connectorKeyText(info.key))) byKey.set(connectorKeyText(info.key), info);
  byKeyTextOf.set(infos, byKey);
  return byKey;
}

function facadeAt(group: ConnectionGroup, key: ConnectorKey, facadeKey: string): ConnectorFacade {
  const facade = group.facade(key, facadeKey);
  return group.features.size === 0 ? new JavaPeerFacade(facade) : facade;
}
