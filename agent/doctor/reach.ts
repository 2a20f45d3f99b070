import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { sentCredentials } from '../transport/sent-credentials.js';
import { proxyUrl, type ProxySettings } from '../transport/proxy-tunnel.js';
import { redactText } from '../../connectors/framework/facade/redact.js';

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. */
export function placeText({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A TCP connection. Rejects with the system's error; the socket is destroyed when the signal fires. */
export function openTcp({ host, port }: Place, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const onAbort = (): void => { socket.destroy(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => { signal.removeEventListener('abort', onAbort); });
    socket.on('error', reject);
    socket.once('connect', () => { resolve(socket); });
  });
}

/** How a proxy answered CONNECT. `socket` only where it let us through. */
export interface TunnelAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket | undefined;
}

/** Asks the proxy for a tunnel. Rejects when it cannot be reached or does not speak HTTP. */
export async function openTunnel(proxy: ProxySettings, to: Place, signal: AbortSignal): Promise<TunnelAnswer> {
  const url = new URL(await proxyUrl(proxy));
  const raw = await openTcp(proxy, signal);
  const credentials = url.username === '' ? undefined : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT', path: placeText(to), createConnection: () => raw,
      headers: { Host: placeText(to), ...(credentials === undefined ? {} : { 'Proxy-Authorization': credentials }) },
    });
    const answerOf = ({ statusCode = 0, statusMessage = '', headers }: IncomingMessage, socket?: Socket): TunnelAnswer =>
      ({ status: statusCode, reason: redactText(statusMessage, sentCredentials(undefined, url)).slice(0, 100), headers, socket });
    asking.once('connect', (answer, socket: Socket) => {
      const isOpen = answer.statusCode === 200;
      if (!isOpen) socket.destroy();
      resolve(answerOf(answer, isOpen ? socket : undefined));
    });
    asking.once('response', (answer) => {
      resolve(answerOf(answer));
      answer.destroy();
    });
    asking.on('error', reject);
    asking.end();
  });
}
