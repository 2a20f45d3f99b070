import type { ConnectorFacade, ConnectorInfo, ConnectorKey } from '../../protocol/model/index.js';
import type { FacadeMember } from './facade-members.js';

/** One process that is connected under a host's name. */
export interface HostSession {
  readonly id: string;
  readonly isOperational: boolean;
  readonly isDraining: boolean;
  readonly sockets: number;
  /** Requests that await its answer. */
  readonly pending: number;
  /** Extensions of the protocol both ends know; none for a Java peer. */
  readonly features: readonly string[];
}

/** One place that runs connectors: an agent that dialled in, or a connector server this controller dialled. */
export interface ConnectorHost {
  /** What `connectorHostRef` calls it. */
  readonly name: string;
  readonly type: 'remoteConnectorClient' | 'remoteConnectorServer';
  readonly isOperational: boolean;
  readonly connectorInfos: readonly ConnectorInfo[];
  readonly sessions?: readonly HostSession[] | undefined;
  /** At its first process that has the connector. Throws a ConnectorError when there is none. */
  facade(key: ConnectorKey, facadeKey: string): ConnectorFacade;
  /** Its processes that have the connector now, the one that serves in front. */
  members(key: ConnectorKey, facadeKey: string): readonly FacadeMember[];
}

/** Everything that is or should be connected. */
export interface ConnectorHosts {
  readonly all: readonly ConnectorHost[];
  /**
   * The hosts a reference names, the one to try first in front: a host, the members of a group in its order of failover or
   * turn by turn, or for `#LOCAL` all of them. Undefined: nobody has that name.
   */
  candidates(hostRef: string): readonly ConnectorHost[] | undefined;
  /** Names of the groups, with their hosts. */
  readonly groups: ReadonlyMap<string, readonly ConnectorHost[]>;
  /** Called when a process of a host comes, goes, drains or tells of its connectors. The result stops it. */
  onChange(listener: () => void): () => void;
}

/** A file without `connectorHostRef` was written for connectors in the same process; here any connected agent serves it. */
export const LOCAL = '#LOCAL';
