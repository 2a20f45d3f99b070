import type { Socket } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import type { GuardedString } from '../../protocol/model/index.js';
import type { ProtocolPeer } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import type { FrameSocket } from '../../protocol/session/contract.js';
import { SUBPROTOCOL } from '../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';

/** A connector server that waits to be dialled, as `remoteConnectorServers` lists it. */
export interface RemoteServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly useSSL: boolean;
  readonly key: GuardedString;
}

export interface DialParts {
  readonly peer: ProtocolPeer;
  readonly maxFrameBytes: number;
  /** PEM of the authorities to trust; the system's without it. */
  readonly ca?: string | undefined;
  /** Nothing older is offered. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly log: Log;
}

/** A Java controller keeps two: a search is less likely to be cut short than with one (hazard 13). */
const SOCKETS = 2;
const CONNECT_TIMEOUT = 10_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A socket that lived so long ends the series of failures before it. */
const STABLE = 60_000;

/** Keeps the sockets to one server open until the signal fires. Never rejects. */
export async function keepServerDialled(server: RemoteServer, parts: DialParts, stop: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: SOCKETS }, (_, index) => keepSocket(server, index + 1, parts, stop)));
}

async function keepSocket(server: RemoteServer, index: number, parts: DialParts, stop: AbortSignal): Promise<void> {
  const log = parts.log.child({ host: server.name, socket: index });
  const isStopping = (): boolean => stop.aborted;
  let failures = 0;
  let lastReason = '';
  while (!isStopping()) {
    const startedAt = performance.now();
    let reason = '';
    try {
      const link = await dial(server, index, parts, stop);
      const attached = await parts.peer.attach(link, 'anonymous');
      const closed = await attached.closed;
      reason = `closed: ${closed.code} ${closed.reason}`.trim();
    } catch (error) {
      reason = reasonOf(error);
    }
    failures = performance.now() - startedAt >= STABLE ? 0 : failures + 1;
    // The same failure again and again is one line, not a flood.
    if (reason !== lastReason && !isStopping()) log.warn({ reason }, 'no connection to the connector server');
    lastReason = reason;
    await pause(Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 10)), stop);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const isOldTls = /unsupported protocol|alert protocol version/i.test(error.message);
  return isOldTls ? `${error.message.trim()} (the server speaks no TLS version that is accepted: systems.remoteServerMinVersion: TLSv1.2 allows the older one, for a Java server)` : error.message;
}

function dial(server: RemoteServer, index: number, { maxFrameBytes, ca, minVersion }: DialParts, stop: AbortSignal): Promise<FrameSocket> {
  const url = `${server.useSSL ? 'wss' : 'ws'}://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}/openicf`;
  const credentials = Buffer.from(`anonymous:${server.key.reveal()}`, 'latin1').toString('base64');
  const options: ClientOptions = {
    headers: { Authorization: `Basic ${credentials}` }, maxPayload: maxFrameBytes, perMessageDeflate: false, followRedirects: false,
    handshakeTimeout: CONNECT_TIMEOUT, minVersion, ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [SUBPROTOCOL], options);
    const onStop = (): void => socket.terminate();
    stop.addEventListener('abort', onStop, { once: true });
    const settled = (): void => stop.removeEventListener('abort', onStop);
    socket.once('error', (error) => {
      settled();
      reject(error);
    });
    let transport: Socket | undefined;
    socket.once('upgrade', (response) => { transport = response.socket; });
    socket.once('open', () => {
      settled();
      resolve(linkWebSocket(socket, `${url} #${index}`, transport));
    });
  });
}

/** Resolves after the time, or at once when the signal fires. */
function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stop.addEventListener('abort', end, { once: true });
  });
}
