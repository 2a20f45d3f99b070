import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket, checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { LookupFunction } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import type { FrameSocket } from '../../protocol/session/contract.js';
import { DialError } from '../session/failure-policy.js';
import { CONTROLLER, type Partner } from '../session/partner.js';
import type { Authorization } from './authorization.js';
import { explainDialError, explainStatus } from './dial-failure.js';
import { proxyText, proxyTunnel, type ProxySettings } from './proxy-tunnel.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import { SUBPROTOCOL } from '../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';

/** One controller, or connector server, to dial. Sizes in bytes, times in milliseconds. */
export interface DialTarget {
  /** `ws:` or `wss:`, without credentials. */
  readonly url: URL;
  readonly tls: TlsFiles & {
    /** Name the controller's certificate must hold, when it is not the URL's. */
    readonly serverName?: string | undefined;
  };
  readonly proxy?: ProxySettings | undefined;
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

export interface Dialled {
  readonly socket: FrameSocket;
  /** Who answered: common name of the certificate, or the host where there is none. */
  readonly principal: string;
}

/** Opens one WebSocket to the controller. Rejects with a {@link DialError}, or with the reason of `stop`. */
export async function dial(target: DialTarget, stop: AbortSignal): Promise<Dialled> {
  stop.throwIfAborted();
  const where = target.url.href;
  const attempt = new AbortController();
  const late = setTimeout(() => { attempt.abort(new DialError(`${where}: no connection within ${target.connectTimeout} ms`)); }, target.connectTimeout);
  const onStop = (): void => { attempt.abort(stop.reason); };
  stop.addEventListener('abort', onStop, { once: true });
  try {
    const options = await untilAborted(clientOptions(target, attempt.signal), attempt.signal);
    return await open(target, options, attempt.signal);
  } catch (error) {
    if (stop.aborted) throw error;
    throw explainDialError(error, where, target.partner);
  } finally {
    clearTimeout(late);
    stop.removeEventListener('abort', onStop);
  }
}

interface Attempt { readonly client: ClientOptions; proxyStatus(): number | undefined }

async function clientOptions(target: DialTarget, signal: AbortSignal): Promise<Attempt> {
  const { url, tls, proxy } = target;
  const [tlsOptions, header, tunnel] = await Promise.all([
    url.protocol === 'wss:' ? readTlsFiles(tls) : {},
    target.authorization.header(signal),
    proxy === undefined ? undefined : proxyTunnel(proxy, signal),
  ]);
  let proxyStatus: number | undefined;
  tunnel?.on('proxyConnect', (answer: { statusCode: number }) => { proxyStatus = answer.statusCode; });
  const name = tls.serverName ?? url.hostname.replaceAll(/^\[|\]$/g, '');
  return {
    proxyStatus: () => proxyStatus,
    client: {
      ...tlsOptions,
      // Said outright: through a tunnel the library would compare the certificate with the proxy's name.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      checkServerIdentity: ((_host: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate)) as unknown as NonNullable<ClientOptions['checkServerIdentity']>,
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

function open(target: DialTarget, { client, proxyStatus }: Attempt, signal: AbortSignal): Promise<Dialled> {
  const where = target.url.href;
  const { partner = CONTROLLER } = target;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new WebSocket(target.url, [SUBPROTOCOL], client);
    let principal = target.url.hostname;
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
    socket.once('unexpected-response', (request, response) => {
      settled();
      const refusedByProxy = proxyStatus() !== undefined && proxyStatus() !== 200;
      const who = refusedByProxy && target.proxy !== undefined ? `the proxy ${proxyText(target.proxy)}` : `the ${partner.name}`;
      const refusal = explainStatus(response.statusCode ?? 0, who, where, partner);
      const freshMayDo = !refusedByProxy && response.statusCode === 401 && target.authorization.refused();
      reject(freshMayDo ? new DialError(`${refusal.message}; asking for a new token`) : refusal);
      request.destroy();
    });
    let transport: Socket | undefined;
    socket.once('upgrade', (response) => { transport = response.socket; });
    socket.once('open', () => {
      settled();
      resolve({ socket: linkWebSocket(socket, where, transport), principal });
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
