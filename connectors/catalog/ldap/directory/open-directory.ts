import type { ConnectorLog } from '../../../framework/spi.js';
import { ConnectorError, type PermitTarget } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { resultCodeOf } from '../errors.js';
import { sendsClearPassword } from './bind.js';
import { connectAndBind } from './connect-and-bind.js';
import { LdapDirectory } from './ldap-directory.js';
import { noteFailure, serverUrl, serversOf, type LdapServer } from './servers.js';
import { tlsSettings, type TlsSettings } from './tls.js';
import { cancelled } from './wire.js';

/** Result codes of a bind after which the next server is tried: busy and unavailable. */
const TRY_NEXT: ReadonlySet<number> = new Set([51, 52]);

const TLS_SETTINGS_MS = 10 * 60_000;
const settings = new WeakMap<LdapConfig, { readonly tls: Promise<TlsSettings>; readonly since: number }>();

/** Reading authorities and key stores takes long enough to keep them for a while; renewed files are seen after it. */
function tlsOf(config: LdapConfig, trustedCertificates: readonly string[]): Promise<TlsSettings> | undefined {
  if (!config.ssl && !config.startTLS) return undefined;
  const known = settings.get(config);
  if (known !== undefined && performance.now() - known.since < TLS_SETTINGS_MS) return known.tls;
  const tls = tlsSettings(config, trustedCertificates);
  settings.set(config, { tls, since: performance.now() });
  tls.catch(() => settings.delete(config));
  return tls;
}

function worthAnother(error: unknown): boolean {
  if (TRY_NEXT.has(resultCodeOf(error) ?? -1)) return true;
  return error instanceof ConnectorError && (error.kind === 'connectionFailed' || error.kind === 'connectionBroken' || ((error.kind === 'connectorSecurity' || error.kind === 'permissionDenied') && resultCodeOf(error) === undefined));
}

/**
 * A bound connection to the first server of the configuration that can be reached. Rejects with what the last one said;
 * wrong credentials are not tried elsewhere. `permitTarget` is asked about servers found by a DNS record.
 */
export async function openDirectory(config: LdapConfig, log: ConnectorLog, signal: AbortSignal, trustedCertificates: readonly string[] = [], permitTarget?: PermitTarget): Promise<LdapDirectory> {
  const servers = await serversOf(config, signal);
  const tls = await tlsOf(config, trustedCertificates);
  const failures: string[] = [];
  let failure: unknown;
  for (const server of servers) {
    try {
      if (config.useDNSSRVRecord) await permitTarget?.(server);
      const directory = new LdapDirectory({ server, config, tls }, (await connectAndBind({ server, config, tls }, signal)).wire);
      if (sendsClearPassword(config, server.host)) log.warn({ server: serverUrl(server, config) }, 'The password of the principal is sent in the clear. Set ssl or startTLS.');
      return directory;
    } catch (error) {
      if (signal.aborted) throw cancelled(signal);
      if (!worthAnother(error)) throw error;
      failure = error;
      failed(server, config, error, failures, log);
    }
  }
  if (servers.length === 1 || !(failure instanceof ConnectorError)) throw failure;
  throw new ConnectorError(failure.kind, `None of the LDAP servers can be used. ${failures.join(' ')}`, { cause: failure });
}

function failed(server: LdapServer, config: LdapConfig, error: unknown, failures: string[], log: ConnectorLog): void {
  noteFailure(config, server);
  const why = error instanceof Error ? error.message : String(error);
  failures.push(why);
  log.warn({ server: serverUrl(server, config), error: why }, 'An LDAP server cannot be used.');
}
