import { readFile } from 'node:fs/promises';
import { facadeKeyOf } from '../protocol/codec/index.js';
import type { ControllerConfig } from './config/controller-config.js';
import { ConfigError } from './config/load-config.js';
import { readConnectorInfoProvider, type ConnectorInfoProvider } from './gateway/connector-info-provider.js';
import { HostDirectory } from './gateway/host-directory.js';
import type { OperationMetering } from '../deploy/runtime/metrics/operation-metrics.js';
import type { Log } from './log.js';
import { AgentTraffic } from './systems/agent-traffic.js';
import type { CryptoKeys } from './systems/encrypted-values.js';
import { propertySource } from './systems/property-references.js';
import { SystemRegistry } from './systems/system-registry.js';
import type { SystemEnvironment } from './systems/system.js';

export interface SystemsPart {
  readonly hosts: HostDirectory;
  readonly provider: ConnectorInfoProvider;
  readonly environment: SystemEnvironment;
  readonly registry: SystemRegistry;
}

/** Reads the configuration folder: who is connected under which name, and which systems there are. */
export async function buildSystems(config: ControllerConfig, log: Log, metering?: OperationMetering): Promise<SystemsPart> {
  const sources = valueSources(config.systems, await readKeys(config.systems.cryptoKeys));
  return loadSystems(config, { provider: await readProvider(config.systems.configuration, sources, log), sources, log, metering });
}

export interface LoadParts {
  readonly provider: ConnectorInfoProvider;
  readonly sources: ReturnType<typeof valueSources>;
  readonly log: Log;
  readonly metering?: OperationMetering | undefined;
}

/** Reads the provisioner files; one that cannot be used is there with the reason. Rejects when the folder cannot be read. */
export async function loadSystems({ systems, session: { resumeWait } }: ControllerConfig, { provider, sources, log, metering }: LoadParts): Promise<SystemsPart> {
  const hosts = new HostDirectory({
    servers: provider.servers.map(({ name }) => name), clients: provider.clients.map(({ name }) => name), groups: provider.groups,
  }, log);
  const environment: SystemEnvironment = { hosts, facadeKeyOf, ...sources, log, resumeWait, metering, traffic: new AgentTraffic() };
  const registry = new SystemRegistry(systems.configuration, environment);
  try {
    await registry.load();
  } catch (error) {
    throw new ConfigError(`systems.configuration: ${error instanceof Error ? error.message : 'the folder cannot be read'}`, { cause: error });
  }
  return { hosts, provider, environment, registry };
}

/** What references and encrypted values in files stand for. */
export function valueSources({ properties: given }: ControllerConfig['systems'], cryptoKeys: CryptoKeys): Pick<SystemEnvironment, 'properties' | 'requestProperties' | 'cryptoKeys'> {
  const configured = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]));
  return { properties: propertySource(configured, process.env), requestProperties: propertySource(configured, {}), cryptoKeys };
}

/** Throws a ConfigError for a file that cannot be used. */
export async function readProvider(folder: string, environment: Pick<SystemEnvironment, 'properties' | 'cryptoKeys'>, log: Log): Promise<ConnectorInfoProvider> {
  try {
    return await readConnectorInfoProvider(folder, environment, log);
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : 'the connector info provider cannot be read', { cause: error });
  }
}

async function readKeys(files: ControllerConfig['systems']['cryptoKeys']): Promise<CryptoKeys> {
  return new Map(await Promise.all(Object.entries(files).map(async ([alias, { file }]) => [alias, await readCryptoKey(alias, file)] as const)));
}

/** Throws a ConfigError for a file that holds no AES key. */
export async function readCryptoKey(alias: string, file: string): Promise<Buffer> {
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (![16, 24, 32].includes(key.length)) throw new ConfigError(`systems.cryptoKeys.${alias}: ${file} must hold an AES key of 16, 24 or 32 bytes in Base64`);
  return key;
}
