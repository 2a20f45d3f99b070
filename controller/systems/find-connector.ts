import type { ConnectorInfo } from '../../protocol/model/index.js';
import { LOCAL, type ConnectorHost, type ConnectorHosts } from './connector-hosts.js';
import type { ConnectorRef } from './provisioner-source.js';
import { compareVersions, parseVersionRange } from '../../protocol/model/version-range.js';

/** A host that runs the wanted connector, with what it says of it. */
export interface ConnectorOffer {
  readonly host: ConnectorHost;
  readonly info: ConnectorInfo;
}

export type ConnectorSearch =
  /** Not empty, the host to try first in front; all of one connector key. */
  | { readonly offers: readonly [ConnectorOffer, ...ConnectorOffer[]] }
  | { readonly missing: string };

/** Finds the connector a reference means: of all that fit, the numerically highest version. Else says what is missing. */
export function findConnector(hosts: ConnectorHosts, ref: ConnectorRef): ConnectorSearch {
  const candidates = hosts.candidates(ref.connectorHostRef);
  if (candidates === undefined) return { missing: `connectorHostRef ${ref.connectorHostRef} names no agent, server or group known here` };
  const where = ref.connectorHostRef === LOCAL ? 'agent' : ref.connectorHostRef;
  const operational = candidates.filter((host) => host.isOperational);
  if (operational.length === 0) return { missing: ref.connectorHostRef === LOCAL ? 'no agent is connected' : `${where} is not connected` };
  if (operational.every((host) => host.connectorInfos.length === 0)) return { missing: `${where} is connected, but has not told of any connector yet; try again in a moment` };
  const range = parseVersionRange(ref.bundleVersion);
  const fitting = operational.flatMap((host) => host.connectorInfos
    .filter(({ key }) => key.bundleName === ref.bundleName && key.connectorName === ref.connectorName && range.includes(key.bundleVersion))
    .map((info): ConnectorOffer => ({ host, info })));
  const highest = fitting.reduce<string | undefined>((best, { info: { key } }) =>
    (best === undefined || compareVersions(key.bundleVersion, best) > 0 ? key.bundleVersion : best), undefined);
  const [first, ...rest] = fitting.filter(({ info }) => info.key.bundleVersion === highest);
  if (first === undefined) return { missing: `no connected ${where} offers ${ref.connectorName} of ${ref.bundleName} ${ref.bundleVersion}` };
  return { offers: [first, ...rest] };
}

/** The name people know a connector by, from its default catalogue; else the connector's class name. */
export function displayName(info: ConnectorInfo): string {
  for (const locale of ['', 'en', 'en_US']) {
    const text = info.messages.get(locale)?.get(info.displayNameKey);
    if (text !== undefined) return text;
  }
  return info.displayNameKey === '' ? info.key.connectorName : info.displayNameKey;
}
