import { scriptTargets } from '../../engines/scripted/scripted-connector.js';
import type { ConnectorTarget } from '../../../protocol/model/index.js';
import type { MongoConfig } from './config.js';
import { serversOf, uriOf } from './connection/client-settings.js';

/** Files of the agent an address may name, by the options of the driver. */
const FILES = ['tlscafile', 'tlscertificatekeyfile', 'tlscrlfile'];
const SOCKS_PORT = 1080;

/**
 * The servers the configuration names, a proxy its address names, and files. Further members of a cluster, and those a DNS SRV
 * record names, are asked about one by one when the driver finds them.
 */
export function targets(config: MongoConfig): readonly ConnectorTarget[] {
  const options = uriOf(config)?.options ?? new Map<string, string>();
  const proxy = options.get('proxyhost');
  const files = FILES.flatMap((option) => options.get(option) ?? []).map((path) => ({ path }));
  return [...serversOf(config), ...(proxy === undefined ? [] : [{ host: proxy, port: Number(options.get('proxyport') ?? SOCKS_PORT) }]), ...files, ...scriptTargets(config)];
}
