import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GuardedString } from '../../protocol/model/index.js';
import { parseJson } from '../crest/json.js';
import type { Log } from '../log.js';
import { isMissing } from '../store/json-file.js';
import { schemaProblems } from '../systems/provisioner-source.js';
import { resolveValues, type SystemEnvironment } from '../systems/system.js';
import type { RemoteServer } from './dial-server.js';
import type { HostGroup } from './host-directory.js';

/** `conf/provisioner.openicf.connectorinfoprovider.json`: who is dialled, who may dial, and how they are grouped. */
export interface ConnectorInfoProvider {
  readonly servers: readonly RemoteServer[];
  readonly clients: readonly { readonly name: string; readonly enabled: boolean }[];
  readonly groups: readonly HostGroup[];
}

export const PROVIDER_FILE = 'provisioner.openicf.connectorinfoprovider.json';

/** As it stands on disk; what nobody reads is let through. */
export const connectorInfoProviderSource = z.looseObject({
  remoteConnectorServers: z.array(z.looseObject({
    name: z.string().min(1), host: z.string().min(1), port: z.number().int().min(1).max(65_535).default(8759), key: z.string().min(1),
    useSSL: z.boolean().default(false), protocol: z.string().default('websocket'),
  })).default([]),
  remoteConnectorServersGroups: z.array(z.looseObject({
    name: z.string().min(1), algorithm: z.string(), serversList: z.array(z.looseObject({ name: z.string().min(1) })).default([]),
  })).default([]),
  remoteConnectorClients: z.array(z.looseObject({ name: z.string().min(1), enabled: z.boolean().default(true) })).default([]),
});

/** Reads the file; without it nothing is dialled and nobody is grouped. Throws a TypeError for one that cannot be used. */
export async function readConnectorInfoProvider(folder: string, environment: Pick<SystemEnvironment, 'properties' | 'cryptoKeys'>, log: Log): Promise<ConnectorInfoProvider> {
  const raw = await read(join(folder, PROVIDER_FILE));
  if (raw === undefined) return { servers: [], clients: [], groups: [] };
  const parsed = connectorInfoProviderSource.safeParse(resolveValues(parseJson(raw), environment));
  if (!parsed.success) throw new TypeError(`${PROVIDER_FILE}: ${schemaProblems(parsed.error)}`);
  const { remoteConnectorServers: servers, remoteConnectorServersGroups: groups, remoteConnectorClients: clients } = parsed.data;
  refuseRepeated([...servers, ...groups, ...clients].map(({ name }) => name));
  return {
    servers: servers.filter(({ name, protocol }) => {
      const isSpoken = protocol.toLowerCase() === 'websocket';
      if (!isSpoken) log.error({ server: name, protocol }, 'connector server left out: only the websocket protocol is spoken');
      return isSpoken;
    }).map(({ name, host, port, useSSL, key }) => ({ name, host, port, useSSL, key: new GuardedString(key) })),
    clients: clients.map(({ name, enabled }) => ({ name, enabled })),
    groups: groups.map(({ name, algorithm, serversList }) => ({ name, algorithm: algorithmOf(name, algorithm), members: serversList.map((member) => member.name) })),
  };
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function algorithmOf(group: string, text: string): HostGroup['algorithm'] {
  const algorithm = text.toLowerCase();
  if (algorithm === 'failover' || algorithm === 'roundrobin') return algorithm;
  throw new TypeError(`${PROVIDER_FILE}: algorithm of group ${group} must be failover or roundrobin, not ${text}`);
}

/** One name space: `connectorHostRef` does not say which of the three it means. */
function refuseRepeated(names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new TypeError(`${PROVIDER_FILE}: the name ${repeated} is used more than once among servers, groups and clients`);
}
