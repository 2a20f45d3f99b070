import { readFile } from 'node:fs/promises';
import { facadeKeyOf } from '../protocol/codec/index.js';
import type { ControllerConfig } from './config/controller-config.js';
import { ConfigError } from './config/load-config.js';
import { readConnectorInfoProvider, type ConnectorInfoProvider } from './gateway/connector-info-provider.js';
import { HostDirectory } from './gateway/host-directory.js';
import type { OperationMetering } from '../deploy/runtime/metrics/operation-metrics.js';
import type { Log } from './log.js';
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
export async function buildSystems({ systems, session: { resumeWait } }: ControllerConfig, log: Log, metering?: OperationMetering): Promise<SystemsPart> {
  const configured = new Map(Object.entries(systems.properties).map(([name, value]) => [name, String(value)]));
  const properties = propertySource(configured, process.env);
  const requestProperties = propertySource(configured, {});
  const cryptoKeys = await readKeys(systems.cryptoKeys);
  const provider = await readProvider(systems.configuration, { properties, cryptoKeys }, log);
  const hosts = new HostDirectory({
    servers: provider.servers.map(({ name }) => name), clients: provider.clients.map(({ name }) => name), groups: provider.groups,
  }, log);
  const environment: SystemEnvironment = { hosts, facadeKeyOf, properties, requestProperties, cryptoKeys, log, resumeWait, metering };
  const registry = new SystemRegistry(systems.configuration, environment);
  try {
    await registry.load();
  } catch (error) {
    throw new ConfigError(`systems.configuration: ${error instanceof Error ? error.message : 'the folder cannot be read'}`, { cause: error });
  }
  return { hosts, provider, environment, registry };
}

async function readProvider(folder: string, environment: Pick<SystemEnvironment, 'properties' | 'cryptoKeys'>, log: Log): Promise<ConnectorInfoProvider> {
  try {
    return await readConnectorInfoProvider(folder, environment, log);
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : 'the connector info provider cannot be read', { cause: error });
  }
}

async function readKeys(files: ControllerConfig['systems']['cryptoKeys']): Promise<CryptoKeys> {
  const entries = Object.entries(files).map(async ([alias, { file }]): Promise<[string, Buffer]> => {
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
    if (![16, 24, 32].includes(key.length)) throw new ConfigError(`systems.cryptoKeys.${alias}: ${file} must hold an AES key of 16, 24 or 32 bytes in Base64`);
    return [alias, key];
  });
  return new Map(await Promise.all(entries));
}
