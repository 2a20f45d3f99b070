import { readFile, writeFile } from 'node:fs/promises';
import { decodeConnectorInfos, encodeConnectorInfos } from '../../protocol/codec/index.js';
import type { ConnectorInfo, ConnectorKey } from '../../protocol/model/index.js';
import { connectorInfo, connectorKeys } from '../../connectors/framework/index.js';
import { connectorIds, loadConnector } from '../../connectors/registry.js';

/** What is published of each connector, by connector id. */
export type BuiltInfos = ReadonlyMap<string, readonly ConnectorInfo[]>;

/** Infos of a connector differ in their keys only. `info`: as it travels, in Base64. */
interface Kept { readonly keys: readonly ConnectorKey[]; readonly info: string }

/** Beside the registry of the build; sources have none. A {@link Kept} for each connector id. */
const FILE = new URL('../../connectors/published-infos.json', import.meta.url);

/** Loads every connector and writes what an agent publishes of it: the last step of a build. */
export async function writeBuiltInfos(): Promise<void> {
  const entries = await Promise.all(connectorIds.map(async (id): Promise<[string, Kept]> => {
    const connector = await loadConnector(id);
    if (connector === undefined) throw new Error(`There is no connector ${id}.`);
    return [id, { keys: connectorKeys(connector), info: Buffer.from(encodeConnectorInfos([connectorInfo(connector)])).toString('base64') }];
  }));
  await writeFile(FILE, `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
}

/** Empty where no build has written any. */
export async function readBuiltInfos(): Promise<BuiltInfos> {
  let text: string;
  try {
    text = await readFile(FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  return new Map(Object.entries(JSON.parse(text) as Record<string, Kept>).map(([id, { keys, info }]) => {
    const [one] = decodeConnectorInfos(Buffer.from(info, 'base64'));
    return [id, one === undefined ? [] : keys.map((key) => ({ ...one, key }))];
  }));
}
