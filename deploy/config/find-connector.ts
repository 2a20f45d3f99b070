import { closestWord } from '../../agent/config/closest-word.js';
import type { ConnectorInfo } from '../../protocol/model/index.js';
import { compareVersions, parseVersionRange } from '../../protocol/model/version-range.js';
import { problem, unchecked, type Finding } from './finding.js';
import type { Surroundings } from './surroundings.js';

export interface WantedConnector {
  readonly bundleName: string;
  readonly bundleVersion: string;
  readonly connectorName: string;
  readonly connectorHostRef: string;
}

/** `version`: the connector is here under other versions, which are given, the highest first. */
export type ConnectorAnswer =
  | { readonly info: ConnectorInfo }
  | { readonly elsewhere: Finding }
  | { readonly missing: Finding; readonly versions: readonly string[] };

/** The newest connector of this version a reference fits, as a controller chooses; else who may have it, or what is wrong. */
export function findKnownConnector(wanted: WantedConnector, infos: readonly ConnectorInfo[], { servers, relays }: Surroundings): ConnectorAnswer {
  const { bundleName, bundleVersion, connectorName, connectorHostRef } = wanted;
  let range: ReturnType<typeof parseVersionRange>;
  try {
    range = parseVersionRange(bundleVersion);
  } catch (error) {
    return { missing: problem('connectorRef.bundleVersion', messageOf(error).replace(/^bundleVersion /, '')), versions: [] };
  }
  const sameName = infos.filter(({ key }) => key.connectorName === connectorName);
  const sameBundle = newestFirst(sameName.filter(({ key }) => key.bundleName === bundleName));
  const info = sameBundle.find(({ key }) => range.includes(key.bundleVersion));
  if (info !== undefined) return { info };
  const relay = relays.find(({ bundles }) => bundles.length === 0 || bundles.includes(bundleName));
  if (relay !== undefined) return { elsewhere: unchecked('connectorRef', `is no connector of this version; the relay ${relay.name} of the agent has to have it`) };
  if (servers.has(connectorHostRef)) return { elsewhere: unchecked('connectorRef', `is no connector of this version; the connector server ${connectorHostRef} has to have it`) };
  const versions = [...new Set(sameBundle.map(({ key }) => key.bundleVersion))];
  if (versions.length > 0) return { missing: problem('connectorRef.bundleVersion', `${bundleVersion} does not fit: this connector answers to ${bundleName} ${versions.join(' and ')}. Write that, or a range it is in, such as ${rangeFor(versions[0] ?? '')}`), versions };
  return { missing: unknownConnector(wanted, sameName, infos), versions };
}

function unknownConnector({ bundleName, connectorName }: WantedConnector, sameName: readonly ConnectorInfo[], infos: readonly ConnectorInfo[]): Finding {
  if (sameName.length > 0) {
    const bundles = [...new Set(sameName.map(({ key }) => key.bundleName))];
    return problem('connectorRef.bundleName', `${bundleName} is no bundle of ${connectorName}; ${meantOf(bundleName, bundles) ?? `here it is in ${bundles.join(' and ')}`}`);
  }
  const meant = meantOf(connectorName, infos.map(({ key }) => key.connectorName));
  return problem('connectorRef.connectorName', `${connectorName} is no connector of this version; ${meant ?? 'see `causeway connectors list`.'} Or let a Java connector server that has it stay, and name it under relays: in agent.yaml`);
}

/** Class names have most of their text in common: what counts is the last word. */
function meantOf(word: string, candidates: readonly string[]): string | undefined {
  const tails = new Map(candidates.map((candidate) => [tailOf(candidate), candidate]));
  const meant = closestWord(tailOf(word), [...tails.keys()]);
  return meant === undefined ? undefined : `did you mean ${tails.get(meant) ?? meant}?`;
}

const tailOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).replace(/-?con+ec?t?[eo]r$/i, '');

/** All versions of one minor version, as the samples have it. */
export function rangeFor(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return `[${major}.${minor}.0.0,${major}.${minor + 1}.0.0)`;
}

function newestFirst(infos: readonly ConnectorInfo[]): readonly ConnectorInfo[] {
  return [...infos].sort((a, b) => compareVersions(b.key.bundleVersion, a.key.bundleVersion));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
