import { connectorKeyText, type ApiConfiguration, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import { compareVersions, parseVersionRange } from '../../protocol/model/version-range.js';
import { configureConnector } from '../../protocol/provisioner/configure-connector.js';
import type { ObjectType } from '../../protocol/provisioner/object-type.js';
import { connectorParts, type ConnectorParts, type ConnectorRef } from '../../protocol/provisioner/provisioner-source.js';
import { connectorInfo, type AnyConnector } from '../../connectors/framework/index.js';
import { connectorIds, loadConnector } from '../../connectors/registry.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { closestWord } from '../config/closest-word.js';
import { readBuiltInfos } from '../operations/built-infos.js';
import { OfferedConnectors } from '../operations/offered-connectors.js';
import { givenProperties, nameAndValue, type GivenProperties } from './given-properties.js';
import { readSystemFile } from './system-file.js';

export interface TargetOptions extends GivenProperties {
  readonly system?: string | undefined;
  readonly connector?: string | undefined;
}

/** A connector, its configuration, and what its object types are called. */
export interface DeskTarget {
  readonly name: string;
  readonly connector: AnyConnector;
  readonly connectorKey: ConnectorKey;
  /** As a controller would send it. */
  readonly configuration: ApiConfiguration;
  /** Of the system file; undefined without one. */
  readonly types: ReadonlyMap<string, ObjectType> | undefined;
  /** What is let pass as in production, and a person should know. */
  readonly notes: readonly string[];
}

/** How a connector is found; a test hands in its own. */
export type FindConnector = (id: string) => Promise<AnyConnector | undefined>;

/** Throws a CliError that says what is missing or wrong. No I/O but reading the files that are named. */
export async function targetOf(options: TargetOptions, environment: NodeJS.ProcessEnv, load: FindConnector = loadConnector): Promise<DeskTarget> {
  const { system, connector: id } = options;
  if (system !== undefined && id !== undefined) throw new CliError('Give either --system or --connector: a system file names its connector itself.', EXIT.usage);
  if (id !== undefined) return ofConnector(id, options, environment, load);
  if (system === undefined) throw new CliError('Say what to work on: --system provisioner.openicf-NAME.json, or --connector ID with --set NAME=VALUE.', EXIT.usage);
  return ofSystemFile(system, options, environment);
}

async function ofConnector(id: string, options: TargetOptions, environment: NodeJS.ProcessEnv, load: FindConnector): Promise<DeskTarget> {
  const connector = await load(id);
  if (connector === undefined) {
    const meant = closestWord(id, connectorIds);
    throw new CliError(`There is no connector "${id}"; ${meant === undefined ? `known: ${connectorIds.join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
  }
  const info = connectorInfo(connector);
  const configurationProperties = await givenProperties(options, id, info.defaultConfiguration.properties, environment);
  const parts = connectorParts.parse({ connectorRef: { ...connector.key }, configurationProperties });
  return { name: id, connector, connectorKey: connector.key, types: undefined, ...configured(info, parts) };
}

async function ofSystemFile(path: string, options: TargetOptions, environment: NodeJS.ProcessEnv): Promise<DeskTarget> {
  // What the properties are is known only once the file has said of which connector: first only their names count.
  const named = Object.fromEntries([...options.set, ...options.setFrom].map((given): [string, null] => [nameAndValue('--set', given)[0], null]));
  const { name, source, types } = await readSystemFile(path, named, environment);
  const { connector, info } = await connectorOf(source.connectorRef, path);
  const given = await givenProperties(options, connector.id, info.defaultConfiguration.properties, environment);
  const parts = { ...source, configurationProperties: { ...source.configurationProperties, ...given } };
  const { configuration, notes } = configured(info, parts);
  return { name, connector, connectorKey: info.key, configuration, types, notes: source.enabled ? notes : ['"enabled" is false in the file: IDM does not use this system', ...notes] };
}

function configured(info: ConnectorInfo, parts: ConnectorParts): Pick<DeskTarget, 'configuration' | 'notes'> {
  const notes: string[] = [];
  const names = info.defaultConfiguration.properties.map(({ name }) => name);
  try {
    const configuration = configureConnector(info, parts, (what) => {
      const property = /^configurationProperties\.(\S+)/.exec(what)?.[1];
      const meant = property === undefined ? undefined : closestWord(property, names);
      notes.push(`ignored, as in production: ${what}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    });
    return { configuration, notes };
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(error.message, EXIT.usage);
    throw error;
  }
}

/** The newest of the connector's keys the reference fits, as a controller chooses. */
async function connectorOf({ bundleName, bundleVersion, connectorName }: ConnectorRef, path: string): Promise<{ readonly connector: AnyConnector; readonly info: ConnectorInfo }> {
  const offered = new OfferedConnectors({ enabled: connectorIds, load: loadConnector, builtInfos: readBuiltInfos });
  const infos = await offered.infos();
  const range = rangeOf(bundleVersion, path);
  const fitting = infos.filter(({ key }) => key.bundleName === bundleName && key.connectorName === connectorName && range.includes(key.bundleVersion));
  const [newest] = fitting.sort((a, b) => compareVersions(b.key.bundleVersion, a.key.bundleVersion));
  const connector = newest === undefined ? undefined : await offered.find(newest.key);
  if (newest !== undefined && connector !== undefined) return { connector, info: newest };
  throw new CliError(`${path}: ${missing({ bundleName, bundleVersion, connectorName }, infos)}`, EXIT.usage);
}

function rangeOf(bundleVersion: string, path: string): ReturnType<typeof parseVersionRange> {
  try {
    return parseVersionRange(bundleVersion);
  } catch (error) {
    throw new CliError(`${path}: connectorRef.${error instanceof Error ? error.message : String(error)}`, EXIT.usage);
  }
}

function missing(wanted: ConnectorKey, infos: readonly ConnectorInfo[]): string {
  const sameName = infos.filter(({ key }) => key.connectorName === wanted.connectorName);
  const [first] = sameName;
  if (first === undefined) {
    const meant = closestWord(wanted.connectorName, infos.map(({ key }) => key.connectorName));
    return `no connector here is called ${wanted.connectorName}${meant === undefined ? '; see `causeway connectors list`' : `; did you mean ${meant}?`}`;
  }
  return `connectorRef ${connectorKeyText(wanted)} fits none of the keys of this connector: ${sameName.map(({ key }) => `${key.bundleName} ${key.bundleVersion}`).join('; ')}`;
}
