import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';
import { ConnectorError } from '../../../protocol/model/index.js';
import { trustedAuthorities } from '../../framework/trusted-authorities.js';
import { httpFailure } from './http-errors.js';
import { portOf, type HttpSettings } from './http-settings.js';

type Undici = typeof import('undici');
type Connect = buildConnector.connector;

/** What OpenSSL calls a certificate that is its own authority. */
const SELF_SIGNED = 'DEPTH_ZERO_SELF_SIGNED_CERT';

/** The name to ask for and to verify by (SNI has no IP addresses); the brackets of an IPv6 address go. */
function serverName(hostname: string): { readonly host: string; readonly servername: string } {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, servername: isIP(host) === 0 ? host : '' };
}

/** Made once for all connections: to read the authorities takes longer than the rest of a handshake. */
async function secureContext({ certificates, clientCertificate }: Pick<HttpSettings, 'certificates' | 'clientCertificate'>): Promise<SecureContext> {
  const ca = await trustedAuthorities(certificates);
  try {
    return createSecureContext({ ca, minVersion: 'TLSv1.2', ...clientCertificate });
  } catch (error) {
    const what = clientCertificate === undefined ? 'The certificates to trust' : 'The client certificate, its key or the certificates to trust';
    throw new ConnectorError('configuration', `${what} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

/** Connections with TLS where the address says so. One that names itself its authority passes if it may, and no other fault of it. */
function direct(undici: Undici, secure: SecureContext, timeout: number, { acceptsSelfSigned = false, ignoresServerName = false }: Pick<HttpSettings, 'acceptsSelfSigned' | 'ignoresServerName'>): Connect {
  // A resumed session would not be looked at again, so that what was refused once could pass the next time.
  const connect = undici.buildConnector({ secureContext: secure, timeout, ...(acceptsSelfSigned ? { rejectUnauthorized: false, maxCachedSessions: 0 } : {}), ...(ignoresServerName ? { checkServerIdentity: () => undefined } : {}) });
  if (!acceptsSelfSigned) return connect;
  return (options, done) => {
    connect(options, (...answer) => {
      const [error, socket] = answer;
      if (error !== null || !('authorized' in socket) || socket.authorized || (socket.authorizationError as unknown) === SELF_SIGNED) return done(...answer);
      socket.destroy();
      done(Object.assign(new Error(String(socket.authorizationError)), { code: String(socket.authorizationError) }), null);
    });
  };
}

/** A tunnel through the proxy (RFC 9110, section 9.3.6). Rejects with a ConnectorError. */
function tunnel({ address, authorization }: NonNullable<HttpSettings['proxy']>, authority: string, secure: SecureContext, timeout: number): Promise<Socket> {
  const request = address.protocol === 'https:' ? requestHttps : requestHttp;
  const fail = (why: string, cause?: unknown): ConnectorError => new ConnectorError('connectionFailed', `The proxy ${address.host} ${why}`, { cause, outcome: 'notApplied' });
  return new Promise((resolve, reject) => {
    const asked = request({
      ...serverName(address.hostname), port: portOf(address), method: 'CONNECT', path: authority, agent: false, signal: AbortSignal.timeout(timeout),
      headers: { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) }, ...{ secureContext: secure },
    });
    asked.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.on('error', () => undefined).destroy();
      reject(refusedByProxy(address, statusCode, authority));
    });
    asked.once('error', (error) => {
      reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? fail(`made no connection to ${authority} within ${timeout} milliseconds.`, error) : fail(`cannot be reached: ${httpFailure(error, address.origin).message}`, error));
    });
    asked.end();
  });
}

export function refusedByProxy({ host }: URL, status: number, authority: string): ConnectorError {
  const advice = status === 407 ? 'Check the user name and the password for the proxy.' : 'Have it allow this address.';
  return new ConnectorError('connectionFailed', `The proxy ${host} refused a connection to ${authority} with status ${status}. ${advice}`, { outcome: 'notApplied' });
}

/** How undici is told to make connections: direct, or by way of the proxy. */
export async function connectionsFor(undici: Undici, settings: HttpSettings, timeout: number): Promise<Connect> {
  const { proxy } = settings;
  const connect = direct(undici, await secureContext(settings), timeout, settings);
  if (proxy === undefined) return connect;
  // The proxy is shown no client certificate, and has to have a certificate that is trusted.
  const secure = await secureContext({ certificates: settings.certificates });
  const toProxy = direct(undici, secure, timeout, {});
  return (options, done) => {
    // Requests without TLS are the proxy's own to pass on (http-client.ts).
    if (options.protocol !== 'https:' || options.host === proxy.address.host) return toProxy({ ...options, servername: serverName(proxy.address.hostname).servername }, done);
    const authority = `${options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname}:${options.port === '' ? 443 : options.port}`;
    tunnel(proxy, authority, secure, timeout).then((socket) => { connect({ ...options, httpSocket: socket }, done); }, (error: unknown) => { done(error as Error, null); });
  };
}
