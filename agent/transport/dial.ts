import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket, checkServerIdentity, type PeerCertificate, type SecureContextOptions } from 'node:tls';
import type { LookupFunction } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { redactText } from '../../connectors/framework/facade/redact.js';
import type { FrameSocket } from '../../protocol/session/contract.js';
import { DialError } from '../session/failure-policy.js';
import { CONTROLLER, type Partner } from '../session/partner.js';
import type { Authorization } from './authorization.js';
import { explainDialError, explainStatus } from './dial-failure.js';
import { proxyText, proxyTunnel, type ProxySettings } from './proxy-tunnel.js';
import { readRefusal } from './refused-upgrade.js';
import { sentCredentials } from './sent-credentials.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import { SUBPROTOCOL } from '../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';

/** What an enrolled agent shows on one connection. PEM texts; the methods are to be called at most once each. */
export interface DialIdentity {
  readonly cert: string;
  readonly key: string;
  /** Authorities to trust, unless the configuration names others; undefined: those of the system. */
  readonly ca: string | undefined;
  /** The other end took the connection: its certificate is good there. */
  proven(): void;
  /** It did not come to that. */
  failed(error: unknown): void;
}

/** One controller, or connector server, to dial. Sizes in bytes, times in milliseconds. */
export interface DialTarget {
  /** `ws:` or `wss:`, without credentials. */
  readonly url: URL;
  readonly tls: TlsFiles & {
    /** Name the controller's certificate must hold, when it is not the URL's. */
    readonly serverName?: string | undefined;
  };
  readonly proxy?: ProxySettings | undefined;
  /** The enrolled identity to use where `tls` names no certificate; asked for each dial, so that a renewed one is used from the next on. */
  readonly identity?: (() => Promise<DialIdentity | undefined>) | undefined;
  readonly authorization: Authorization;
  /** From the first packet, token request included, to the open WebSocket. */
  readonly connectTimeout: number;
  readonly maxFrameBytes: number;
  readonly userAgent: string;
  /** What is dialled, for messages. @default the controller */
  readonly partner?: Partner | undefined;
  /** Name resolution; asked anew for each dial. @default the system's */
  readonly lookup?: LookupFunction | undefined;
}

/** Our own ends speak TLS 1.3, so nothing older is offered unless the configuration says so, for a Java peer. */
const LEAST_VERSION = 'TLSv1.3';

export interface Dialled {
  readonly socket: FrameSocket;
  /** Who answered: common name of the certificate, or the host where there is none. */
  readonly principal: string;
  /** To be told whether the handshake succeeded. */
  readonly identity?: DialIdentity | undefined;
}

/** Opens one WebSocket to the controller. Rejects with a {@link DialError}, or with the reason of `stop`. */
export async function dial(target: DialTarget, stop: AbortSignal): Promise<Dialled> {
  stop.throwIfAborted();
  const where = target.url.href;
  const attempt = new AbortController();
  const late = setTimeout(() => { attempt.abort(new DialError(`${where}: no connection within ${target.connectTimeout} ms`)); }, target.connectTimeout);
  const onStop = (): void => { attempt.abort(stop.reason); };
  stop.addEventListener('abort', onStop, { once: true });
  let identity: DialIdentity | undefined;
  try {
    identity = await target.identity?.();
    const dialled = await openAuthorized(target, identity, attempt.signal);
    return identity === undefined ? dialled : { ...dialled, identity };
  } catch (error) {
    if (stop.aborted) throw error;
    identity?.failed(error);
    throw explainDialError(error, where, target.partner);
  } finally {
    clearTimeout(late);
    stop.removeEventListener('abort', onStop);
  }
}

/** A cached credential that was refused may just be old: one fresh one is tried at once, and only one. */
async function openAuthorized(target: DialTarget, identity: DialIdentity | undefined, signal: AbortSignal): Promise<Dialled> {
  const first = await untilAborted(clientOptions(target, identity, signal), signal);
  try {
    return await open(target, first, signal);
  } catch (error) {
    if (!isRefusedCredential(error)) throw error;
    if (!target.authorization.refused(first.authorization)) throw ofFreshCredential(error, first);
  }
  const second = await untilAborted(clientOptions(target, identity, signal), signal);
  try {
    return await open(target, second, signal);
  } catch (error) {
    if (!isRefusedCredential(error)) throw error;
    target.authorization.refused(second.authorization);
    throw ofFreshCredential(error, second);
  }
}

function isRefusedCredential(error: unknown): error is DialError {
  return error instanceof DialError && error.status === 401;
}

function ofFreshCredential(error: DialError, { authorization }: Attempt): DialError {
  if (authorization?.startsWith('Bearer ') !== true) return error;
  return new DialError(`${error.message}; the token is new: check the rights and the scope of the client, and that the clocks of token endpoint and controller agree`, { pace: error.pace, waitAtLeast: error.waitAtLeast, status: error.status });
}

interface Attempt { readonly client: ClientOptions; readonly authorization: string | undefined; proxyStatus(): number | undefined; sent(): readonly string[] }

/** What a connection to the target is secured with; the identity counts where one is given. */
export async function tlsOptions({ url, tls }: Pick<DialTarget, 'url' | 'tls'>, identity: DialIdentity | undefined): Promise<SecureContextOptions> {
  if (url.protocol !== 'wss:') return {};
  if (identity === undefined) return readTlsFiles(tls, LEAST_VERSION);
  const files = await readTlsFiles({ ca: tls.ca, minVersion: tls.minVersion }, LEAST_VERSION);
  return { ...(identity.ca === undefined ? {} : { ca: identity.ca }), ...files, cert: identity.cert, key: identity.key };
}

async function clientOptions(target: DialTarget, identity: DialIdentity | undefined, signal: AbortSignal): Promise<Attempt> {
  const { url, tls, proxy } = target;
  const [secure, header, tunnel] = await Promise.all([
    tlsOptions(target, identity),
    target.authorization.header(signal),
    proxy === undefined ? undefined : proxyTunnel(proxy, signal),
  ]);
  let proxyStatus: number | undefined;
  tunnel?.on('proxyConnect', (answer: { statusCode: number }) => { proxyStatus = answer.statusCode; });
  const name = tls.serverName ?? url.hostname.replaceAll(/^\[|\]$/g, '');
  return {
    authorization: header,
    proxyStatus: () => proxyStatus,
    sent: () => sentCredentials(header, tunnel?.proxy),
    client: {
      ...secure,
      // Said outright: through a tunnel the library would compare the certificate with the proxy's name.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      checkServerIdentity: mustName(name),
      rejectUnauthorized: true,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: target.maxFrameBytes,
      headers: { 'User-Agent': target.userAgent, ...(header === undefined ? {} : { Authorization: header }) },
      ...(tunnel === undefined ? {} : { agent: tunnel }),
      ...(target.lookup === undefined ? {} : { lookup: target.lookup }),
    },
  };
}

/** Apart from where the credentials are: the TLS socket keeps the function, and with it all that was in its scope. */
function mustName(name: string): NonNullable<ClientOptions['checkServerIdentity']> {
  return ((_host: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate)) as unknown as NonNullable<ClientOptions['checkServerIdentity']>;
}

async function open(target: DialTarget, attempt: Attempt, signal: AbortSignal): Promise<Dialled> {
  signal.throwIfAborted();
  const socket = new WebSocket(target.url, [SUBPROTOCOL], attempt.client);
  const refused = new Promise<never>((_resolve, reject) => { whenRefused(socket, target, attempt, reject); });
  return Promise.race([opened(socket, target.url, signal), refused]);
}

/** What the listeners of an open socket have in scope lives as long as it: no credentials. */
function opened(socket: WebSocket, url: URL, signal: AbortSignal): Promise<Dialled> {
  const where = url.href;
  return new Promise((resolve, reject) => {
    let principal = url.hostname;
    const onAbort = (): void => {
      reject(signal.reason as Error);
      socket.terminate();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => { signal.removeEventListener('abort', onAbort); };
    socket.once('upgrade', (response) => { principal = peerName(response) ?? principal; });
    socket.on('error', (error) => {
      settled();
      reject(error);
    });
    let transport: Socket | undefined;
    socket.once('upgrade', (response) => { transport = response.socket; });
    socket.once('open', () => {
      settled();
      socket.removeAllListeners('unexpected-response');
      resolve({ socket: linkWebSocket(socket, where, transport), principal });
    });
  });
}

/** An answer that is no upgrade: says why, and leaves no connection. */
function whenRefused(socket: WebSocket, target: DialTarget, { proxyStatus, sent }: Attempt, reject: (error: DialError) => void): void {
  const { partner = CONTROLLER } = target;
  socket.once('unexpected-response', (request, response) => {
    // Read to its end, the answer is done with its connection, which the HTTP client would keep for a next request.
    const transport = response.socket;
    const refusedByProxy = proxyStatus() !== undefined && proxyStatus() !== 200;
    const who = refusedByProxy && target.proxy !== undefined ? `the proxy ${proxyText(target.proxy)}` : `the ${partner.name}`;
    void readRefusal(response, who).then((refusal) => {
      const error = explainStatus({ ...refusal, detail: redactText(refusal.detail ?? '', sent()) }, target.url.href, partner);
      // What a proxy refuses says nothing of our credentials at the other end.
      reject(refusedByProxy ? new DialError(error.message, { pace: error.pace, waitAtLeast: error.waitAtLeast }) : error);
      request.destroy();
      transport.destroy();
    });
  });
}

function peerName(response: IncomingMessage): string | undefined {
  if (!(response.socket instanceof TLSSocket)) return undefined;
  const name = (response.socket.getPeerCertificate().subject as { CN?: string | string[] } | undefined)?.CN;
  return Array.isArray(name) ? name[0] : name;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => { reject(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
