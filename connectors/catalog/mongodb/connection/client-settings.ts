import type { MongoClientOptions } from 'mongodb';
import { trustedAuthorities } from '../../../framework/trusted-authorities.js';
import type { MongoConfig } from '../config.js';
import { parseConnectionUri, serverAddress, type ConnectionUri, type ServerAddress } from './connection-uri.js';

/** What a client of the driver is made with. */
export interface ClientSettings {
  readonly uri: string;
  readonly options: MongoClientOptions;
}

type Addressed = Pick<MongoConfig, 'connectionURI' | 'host' | 'port' | 'clusterAddresses' | 'database'>;

/** The address, if one is given: then it decides, and `host`, `user` and the like are not looked at. */
export function uriOf({ connectionURI }: Pick<MongoConfig, 'connectionURI'>): ConnectionUri | undefined {
  return connectionURI === null || connectionURI.trim() === '' ? undefined : parseConnectionUri(connectionURI);
}

/** The servers the configuration names. */
export function serversOf(config: Addressed): readonly ServerAddress[] {
  const uri = uriOf(config);
  if (uri !== undefined) return uri.servers;
  return [serverAddress(bracketed(config.host), config.port), ...config.clusterAddresses.map((address) => serverAddress(address))];
}

function bracketed(host: string): string {
  const name = host.trim();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

/** `database`, or what the address names; undefined where neither does. */
export function databaseOf(config: Addressed): string | undefined {
  const named = config.database?.trim() ?? '';
  return named === '' ? uriOf(config)?.database : named;
}

/** The driver goes to other servers than those named: members of the cluster, or those of a DNS record. */
export function discovers(config: Addressed): boolean {
  const uri = uriOf(config);
  if (uri === undefined) return config.clusterAddresses.length > 0;
  return uri.options.get('directconnection') !== 'true' && uri.options.get('loadbalanced') !== 'true';
}

/** Milliseconds after which a server that does not answer is given up; the driver would wait three times as long. */
const PATIENCE = 10_000;

/** Waiting and the pool, where the address says nothing of it. To the driver, 0 means no limit of idling as well. */
function waitingOptions(config: MongoConfig, said: ReadonlyMap<string, string>): MongoClientOptions {
  return {
    ...(said.has('serverselectiontimeoutms') ? {} : { serverSelectionTimeoutMS: PATIENCE }),
    ...(said.has('connecttimeoutms') ? {} : { connectTimeoutMS: PATIENCE }),
    ...(said.has('maxpoolsize') ? {} : { maxPoolSize: config.maxConnectionsPerHost }),
    ...(said.has('minpoolsize') ? {} : { minPoolSize: config.minConnectionsPerHost }),
    ...(said.has('maxidletimems') ? {} : { maxIdleTimeMS: config.maxConnectionIdleTime }),
  };
}

function loginOptions({ user, password, userDatabase }: MongoConfig): MongoClientOptions {
  if (user === null || user.trim() === '') return {};
  return { auth: { username: user, password: password?.reveal() ?? '' }, authSource: userDatabase?.trim() || 'admin' };
}

function addressText(address: ServerAddress): string {
  if ('path' in address) return encodeURIComponent(address.path);
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** As the address says; MongoDB's own default is none, except for the servers of a DNS record. */
export function isSecured({ srv, options }: ConnectionUri): boolean {
  return (options.get('tls') ?? options.get('ssl') ?? String(srv)) === 'true';
}

/** With an address, TLS as it says; without, by `sslEnabled`, and one server is met directly, as in Java. */
export async function clientSettings(config: MongoConfig, trusted: readonly string[]): Promise<ClientSettings> {
  const uri = uriOf(config);
  const said = uri?.options ?? new Map<string, string>();
  const common: MongoClientOptions = { ...(said.has('appname') ? {} : { appName: 'causeway' }), ...waitingOptions(config, said) };
  if (uri !== undefined) {
    const ownAuthorities = isSecured(uri) && !said.has('tlscafile') ? { ca: await trustedAuthorities(trusted) } : {};
    return { uri: config.connectionURI?.trim() ?? '', options: { ...common, ...ownAuthorities } };
  }
  const tls = config.sslEnabled ? { tls: true, ca: await trustedAuthorities(trusted), tlsAllowInvalidHostnames: !config.sslHostNameValidation } : { tls: false };
  return {
    uri: `mongodb://${serversOf(config).map(addressText).join(',')}/`,
    options: { ...common, ...tls, ...loginOptions(config), ...(discovers(config) ? {} : { directConnection: true }) },
  };
}
