import { X509Certificate } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { codeOf } from '../transport/dial-failure.js';

/** What a server shows in a TLS handshake, trusted or not. */
export interface TlsLook {
  /** E.g. `TLSv1.3`. */
  readonly protocol: string;
  /** OpenSSL's or Node's name for what is wrong with the certificate; undefined when it is trusted and for this name. */
  readonly problem: string | undefined;
  /** The server's certificate first, then what it sent or is known above it. */
  readonly chain: readonly X509Certificate[];
  readonly socket: TLSSocket;
}

export interface TlsOptions {
  /** Name the certificate must hold. */
  readonly name: string;
  readonly secure: SecureContextOptions;
}

/**
 * A TLS handshake that goes through whatever certificate the server shows, so that it can be told what is wrong with it.
 * Nothing secret is sent: a client certificate proves its key without giving it away. Rejects when there is no handshake.
 */
export function lookAtTls(socket: Socket, { name, secure }: TlsOptions, signal: AbortSignal): Promise<TlsLook> {
  return new Promise((resolve, reject) => {
    const secured = connect({ socket, ...(isIP(name) === 0 ? { servername: name } : {}), host: name, ...secure, rejectUnauthorized: false });
    const onAbort = (): void => {
      secured.destroy();
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    secured.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(Object.assign(new Error('the connection was closed in the middle of the TLS handshake'), { code: 'ECONNRESET' }));
    });
    secured.on('error', reject);
    secured.once('secureConnect', () => {
      const { authorized, authorizationError } = secured;
      resolve({ protocol: secured.getProtocol() ?? 'TLS', problem: authorized ? undefined : problemText(authorizationError), chain: chainOf(secured.getPeerCertificate(true)), socket: secured });
    });
  });
}

/** Node has a code here, or an error with one. */
function problemText(error: Error | string | null): string {
  if (error === null) return 'unknown reason';
  return typeof error === 'string' ? error : codeOf(error) ?? error.message;
}

const LONGEST_CHAIN = 10;

function chainOf(shown: Partial<DetailedPeerCertificate>): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next: Partial<DetailedPeerCertificate> | undefined = shown; next?.raw !== undefined && chain.length < LONGEST_CHAIN; next = next.issuerCertificate) {
    const certificate = new X509Certificate(next.raw);
    if (chain.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) break;
    chain.push(certificate);
  }
  return chain;
}

/** An answer to a HEAD request without credentials. */
export interface HeadAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds since the epoch, of this machine: when it came. */
  readonly at: number;
}

/** One HEAD request over a connection, which is used up by it. Rejects with the connection's error. */
export function headOver(socket: Socket, url: URL, signal: AbortSignal, now: () => number): Promise<HeadAnswer> {
  return new Promise((resolve, reject) => {
    const asking = request({ method: 'HEAD', path: url.pathname, headers: { Host: url.host, Connection: 'close' }, createConnection: () => socket, signal });
    asking.once('response', ({ statusCode = 0, headers }) => {
      resolve({ status: statusCode, headers, at: now() });
      socket.destroy();
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** `CN=x, O=y` on one line, bounded. */
export function nameText(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ', ').slice(0, 200);
}
