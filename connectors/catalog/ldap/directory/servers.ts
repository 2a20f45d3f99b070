import type { SrvRecord } from 'node:dns';
import { resolveSrv } from 'node:dns/promises';
import { anySignal, ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { parseLdapUrl } from './ldap-url.js';
import { unlessCancelled } from './unless-cancelled.js';
import { throwIfCancelled } from './wire.js';

export interface LdapServer { readonly host: string; readonly port: number }

/** A server that failed goes to the end of the list for so long. */
const DEMOTION_MS = 60_000;
type Lookup = (name: string) => Promise<readonly SrvRecord[]>;

const failures = new WeakMap<LdapConfig, Map<string, number>>();

export function serverUrl(server: LdapServer, config: LdapConfig): string {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return `${config.ssl ? 'ldaps' : 'ldap'}://${host}:${server.port}`;
}

export function noteFailure(config: LdapConfig, server: LdapServer): void {
  const times = failures.get(config) ?? new Map<string, number>();
  failures.set(config, times.set(serverUrl(server, config), performance.now()));
}

/** The servers in the order in which to try them: host or its SRV records, then failover, lately failed ones last. */
export async function serversOf(config: LdapConfig, signal: AbortSignal, lookup: Lookup = resolveSrv): Promise<LdapServer[]> {
  if (config.host === null || config.host.trim() === '') throw new ConnectorError('configuration', 'The property host is missing: name the LDAP server.');
  const others = config.failover.map((url) => failoverServer(url, config));
  const first = config.useDNSSRVRecord ? await fromSrv(config.host.trim(), config, signal, lookup) : [{ host: config.host.trim(), port: config.port }];
  throwIfCancelled(signal);
  if (first instanceof ConnectorError && others.length === 0) throw first;
  const servers = [...first instanceof ConnectorError ? [] : first, ...others];
  const times = failures.get(config);
  const demoted = (server: LdapServer): number => (performance.now() - (times?.get(serverUrl(server, config)) ?? -Infinity) < DEMOTION_MS ? 1 : 0);
  return servers.map((server) => ({ server, rank: demoted(server) })).sort((a, b) => a.rank - b.rank).map(({ server }) => server);
}

export function failoverServer(url: string, config: LdapConfig): LdapServer {
  const parsed = parseLdapUrl(url);
  if (parsed === undefined || parsed.host === '') throw new ConnectorError('configuration', `The failover entry ${JSON.stringify(url)} is not an LDAP URL like ldap://ldap.example.com:389/.`);
  return { host: parsed.host, port: parsed.port ?? (config.ssl ? 636 : 389) };
}

/** SRV records name the plain port; with ssl the configured port counts, 636 unless set. An error where they lead to no server. */
async function fromSrv(name: string, config: LdapConfig, signal: AbortSignal, lookup: Lookup): Promise<LdapServer[] | ConnectorError> {
  // A resolver goes on for long where its servers are silent.
  const within = anySignal(signal, AbortSignal.timeout(config.connectionTimeout));
  const records = await unlessCancelled(lookup(name), within).catch((error: unknown) => noServer(name, error));
  if (records instanceof ConnectorError) return records;
  const tlsPort = config.port === 389 ? 636 : config.port;
  const servers = records
    // The root as target says that there is no such service (RFC 2782).
    .filter((record) => record.name !== '' && record.name !== '.')
    .map((record) => ({ record, draw: Math.random() ** (1 / Math.max(record.weight, 0.01)) }))
    .sort((a, b) => a.record.priority - b.record.priority || b.draw - a.draw)
    .map(({ record }) => ({ host: record.name, port: config.ssl ? tlsPort : record.port }));
  return servers.length === 0 ? noServer(name, undefined) : servers;
}

function noServer(name: string, cause: unknown): ConnectorError {
  return new ConnectorError('connectionFailed', `There are no DNS SRV records for ${name} (host, with useDNSSRVRecord) that name a server.`, { cause });
}
