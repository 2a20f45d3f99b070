import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, createSecureContext, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { trustedAuthorities } from '../../../framework/trusted-authorities.js';
import type { LdapConfig } from '../config.js';
import { readKeyStore } from '../../../framework/key-store.js';

const KEY_STORE_PROPERTIES = { path: 'alternateKeyStore', type: 'alternateKeyStoreType', password: 'alternateKeyStorePassword' };

/** How TLS is done to every server of one configuration. */
export interface TlsSettings {
  readonly context: SecureContext;
  /** Names in the server's certificate have to match this; undefined: the host connected to. */
  readonly namePattern: string | undefined;
  readonly hasClientCertificate: boolean;
}

export async function tlsSettings(config: LdapConfig, trustedCertificates: readonly string[]): Promise<TlsSettings> {
  const { privateKeyAlias: alias, alternateKeyStore: path } = config;
  if (config.authType.toUpperCase() === 'EXTERNAL' && (alias === null || path === null)) {
    throw new ConnectorError('configuration', 'authType EXTERNAL needs a client certificate: set privateKeyAlias, alternateKeyStore, alternateKeyStoreType and alternateKeyStorePassword.');
  }
  const certificate = alias === null || path === null
    ? undefined
    : await readKeyStore({ path, type: config.alternateKeyStoreType, password: config.alternateKeyStorePassword, alias, properties: KEY_STORE_PROPERTIES });
  const ca = await trustedAuthorities(trustedCertificates);
  let context: SecureContext;
  try {
    context = createSecureContext({ ca, minVersion: 'TLSv1.2', ...certificate });
  } catch (error) {
    throw new ConnectorError('configuration', `alternateKeyStore ${path ?? ''}: the key or its certificate cannot be used. Check alternateKeyStoreType and alternateKeyStorePassword.`, { cause: error });
  }
  const namePattern = config.hostNameVerification ? config.hostNameVerifierPattern ?? undefined : undefined;
  return { context, namePattern, hasClientCertificate: certificate !== undefined };
}

/** `*` stands for any characters; case does not matter. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...pieces] = pattern.toLowerCase().split('*');
  const text = name.toLowerCase();
  const last = pieces.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  // Each piece as early as it can be; a regular expression would try every place for each.
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Names of a certificate: subject CN and DNS names of subjectAltName. */
function certificateNames(certificate: PeerCertificate): string[] {
  const common: unknown = certificate.subject.CN;
  const commonNames = Array.isArray(common) ? common.map(String) : typeof common === 'string' ? [common] : [];
  const alternative = [...(certificate.subjectaltname ?? '').matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]+)/g)].map((match) => (match[1] ?? '').trim());
  return [...commonNames, ...alternative];
}

function patternError(pattern: string, certificate: PeerCertificate): Error | undefined {
  if (certificateNames(certificate).some((name) => matchesPattern(pattern, name))) return undefined;
  const subject = Object.entries(certificate.subject).map(([type, value]) => `${type}=${String(value)}`).join(',');
  return new Error(`The host name from the server certificate'${subject}' does not match the provided pattern '${pattern}'`);
}

/** Wraps `socket`, connected to `host`, in TLS and waits for a verified handshake. The caller limits the time and closes. */
export function secure(socket: Socket, host: string, settings: TlsSettings): Promise<TLSSocket> {
  const { namePattern, context } = settings;
  return new Promise((resolve, reject) => {
    const tls = connect({
      socket,
      secureContext: context,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      checkServerIdentity: (_servername, certificate) => (namePattern === undefined ? checkServerIdentity(host, certificate) : patternError(namePattern, certificate)),
    });
    tls.once('secureConnect', () => {
      tls.off('error', reject);
      tls.off('close', onClose);
      resolve(tls);
    });
    const onClose = (): void => reject(new Error('the server closed the connection during the TLS handshake'));
    tls.once('error', reject);
    tls.once('close', onClose);
  });
}

const CERTIFICATE_ERROR = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME|ALTNAME|ISSUER/;

/** Why TLS failed, with what to do about it. */
export function tlsError(error: unknown, url: string): ConnectorError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const text = error instanceof Error ? error.message : String(error);
  if (text.startsWith('The host name from the server certificate')) return new ConnectorError('connectorSecurity', text, { cause: error });
  if (CERTIFICATE_ERROR.test(code) || code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return new ConnectorError('connectorSecurity', `The TLS certificate of ${url} is not accepted: ${text}. Add its authority to the agent's trusted certificates, and connect by a name the certificate has.`, { cause: error });
  }
  return new ConnectorError('connectionFailed', `TLS with ${url} failed: ${text}. Check that the port speaks ${url.startsWith('ldaps') ? 'LDAPS (ssl)' : 'LDAP with StartTLS'}.`, { cause: error });
}
