import type { JsonObject } from '../../crest/json.js';
import type { ConnectorHosts } from '../connector-hosts.js';
import { displayName } from '../find-connector.js';

/** Every connector of every connected host, and of every group once under the group's name. */
export function availableConnectors(hosts: ConnectorHosts): JsonObject {
  const places = [...hosts.all.map((host) => [host.name, [host]] as const), ...hosts.groups];
  const seen = new Set<string>();
  const connectorRef = places.flatMap(([place, members]) => members.filter((host) => host.isOperational).flatMap((host) => host.connectorInfos.flatMap((info) => {
    const { bundleName, bundleVersion, connectorName } = info.key;
    const identity = JSON.stringify([place, bundleName, bundleVersion, connectorName]);
    if (seen.has(identity)) return [];
    seen.add(identity);
    return [{ connectorName, displayName: displayName(info), bundleName, bundleVersion, connectorHostRef: place, systemType: 'provisioner.openicf' }];
  })));
  return { connectorRef };
}

/** The hosts and groups a `connectorHostRef` can name, and whether each can be used now. */
export function connectorServers(hosts: ConnectorHosts): JsonObject {
  return {
    openicf: [
      ...hosts.all.map((host) => ({ name: host.name, type: host.type, ok: host.isOperational })),
      ...[...hosts.groups].map(([name, members]) => ({ name, type: 'remoteConnectorServersGroup', ok: members.some((host) => host.isOperational) })),
    ],
  };
}
