import { resolveSrv } from 'node:dns/promises';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { parseLdapUrl } from './ldap-url.js';

export interface LdapServer { readonly host: string; readonly port: number }

/** A server that failed goes to the end of the list for so long. */
const DEMOTION_MS = 60_000;
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
export async function serversOf(config: LdapConfig, lookup: typeof resolveSrv = resolveSrv): Promise<LdapServer[]> {
  if (config.host === null || config.host.trim() === '') throw new ConnectorError('configuration', 'The property host is missing: name the LDAP server.');
  const first = config.useDNSSRVRecord ? await fromSrv(config.host, config, lookup) : [{ host: config.host.trim(), port: config.port }];
  const servers = [...first, ...config.failover.map((url) => failoverServer(url, config))];
  const times = failures.get(config);
  const demoted = (server: LdapServer): number => (performance.now() - (times?.get(serverUrl(server, config)) ?? -Infinity) < DEMOTION_MS ? 1 : 0);
  return servers.map((server) => ({ server, rank: demoted(server) })).sort((a, b) => a.rank - b.rank).map(({ server }) => server);
}

export function failoverServer(url: string, config: LdapConfig): LdapServer {
  const parsed = parseLdapUrl(url);
  if (parsed === undefined || parsed.host === '') throw new ConnectorError('configuration', `The failover entry ${JSON.stringify(url)} is not an LDAP URL like ldap://ldap.example.com:389/.`);
  return { host: parsed.host, port: parsed.port ?? (config.ssl ? 636 : 389) };
}

/** SRV records name the plain port; with ssl the configured port counts, 636 unless set. */
async function fromSrv(name: string, config: LdapConfig, lookup: typeof resolveSrv): Promise<LdapServer[]> {
  const records = await lookup(name).catch((error: unknown) => {
    throw new ConnectorError('connectionFailed', `There are no DNS SRV records for ${name} (host, with useDNSSRVRecord).`, { cause: error });
  });
  const tlsPort = config.port === 389 ? 636 : config.port;
  return records
    .map((record) => ({ record, draw: Math.random() ** (1 / Math.max(record.weight, 0.01)) }))
    .sort((a, b) => a.record.priority - b.record.priority || b.draw - a.draw)
    .map(({ record }) => ({ host: record.name, port: config.ssl ? tlsPort : record.port }));
}
