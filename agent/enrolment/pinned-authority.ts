import { createHash, X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { anySignal } from '../../protocol/model/index.js';
import { proxyText, proxyUrl, type ProxySettings } from '../transport/proxy-tunnel.js';
import { EnrolmentUnreachable, presentedChain, serverNameOf, unreachable, type EnrolmentRoute } from './enrolment-client.js';
import { nameOf } from './check-issued.js';

/** What answers is not the controller the token is of. Asking again does not help, and may be what an attacker waits for. */
export class WrongController extends Error {
  override readonly name = 'WrongController';
}

/**
 * The certificate (PEM) with the fingerprint (SHA-256 of its DER, hex) at the end of the chain the listener presents. For
 * an agent that trusts nothing yet: nothing but a TLS greeting is sent, and what is returned is to be the only authority of
 * the connection on which something is.
 */
export async function pinnedAuthority(route: EnrolmentRoute, fingerprint: string, stop: AbortSignal): Promise<string> {
  stop.throwIfAborted();
  const signal = anySignal(stop, AbortSignal.timeout(route.timeout));
  let chain: readonly Buffer[];
  try {
    chain = await chainPresentedBy(route, signal);
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    throw error instanceof EnrolmentUnreachable ? error : unreachable(error, route, signal.aborted);
  }
  const last = chain.at(-1);
  if (last === undefined || sha256(last) !== fingerprint) throw wrongController(route, fingerprint, last);
  const authority = new X509Certificate(last);
  if (!authority.ca) throw new WrongController(`${route.url}: the certificate the token names, ${nameOf(authority)}, is no authority's. Nothing was sent.`);
  return authority.toString();
}

const sha256 = (der: Buffer): string => createHash('sha256').update(der).digest('hex');

function wrongController({ url }: EnrolmentRoute, fingerprint: string, last: Buffer | undefined): WrongController {
  const found = last === undefined ? 'it presents no certificate' : `it presents one of ${nameOf(new X509Certificate(last))} with ${sha256(last)}`;
  return new WrongController(`${url}: its certificate does not come from the authority the token names (SHA-256 ${fingerprint}): ${found}. Either the token is of another controller, or something between this machine and the controller opens TLS connections. Nothing was sent.`);
}

async function chainPresentedBy(route: EnrolmentRoute, signal: AbortSignal): Promise<readonly Buffer[]> {
  const url = new URL(route.url);
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const port = Number(url.port === '' ? 443 : url.port);
  const way: ConnectionOptions = route.proxy === undefined
    ? { host, port, ...(route.lookup === undefined ? {} : { lookup: route.lookup }) }
    : { socket: await tunnel(route.proxy, `${url.hostname}:${port}`, signal) };
  return new Promise((resolve, reject) => {
    const { servername } = serverNameOf(route.serverName ?? host);
    // Not verified here: nothing is sent, and the connection that carries the token trusts only what is found here.
    const socket: TLSSocket = connect({ ...way, ...(servername === undefined ? {} : { servername }), minVersion: route.minVersion ?? 'TLSv1.3', rejectUnauthorized: false });
    const onAbort = (): void => { socket.destroy(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => { signal.removeEventListener('abort', onAbort); });
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      resolve(presentedChain(socket));
      socket.destroy();
    });
    if (signal.aborted) onAbort();
  });
}

/** A connection through an HTTP proxy. */
async function tunnel(proxy: ProxySettings, authority: string, signal: AbortSignal): Promise<Duplex> {
  const at = new URL(await proxyUrl(proxy));
  const credentials = `${decodeURIComponent(at.username)}:${decodeURIComponent(at.password)}`;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: at.hostname.replaceAll(/^\[|\]$/g, ''), port: at.port === '' ? 80 : Number(at.port), method: 'CONNECT', path: authority, signal, agent: false,
      headers: { Host: authority, ...(at.username === '' ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }) },
    });
    outgoing.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new EnrolmentUnreachable(`the proxy ${proxyText(proxy)} answered HTTP ${statusCode ?? 0}`));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
