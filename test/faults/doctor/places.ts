import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { createPeer } from '../../../protocol/session/peer.js';
import { SUBPROTOCOL } from '../../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../../protocol/transport/websocket-link.js';
import { quietLog } from '../../integration/agent/support/quiet-log.js';

/** Places a connection may end up at, right and wrong ones. */

export interface Place {
  readonly port: number;
  close(): Promise<void>;
}

export interface ControllerTraits {
  readonly tls?: TlsOptions;
  /** Value of the Date header. */
  readonly date?: () => Date;
  /** The answer to an upgrade, in raw HTTP; undefined opens a WebSocket. */
  readonly answer?: string;
  /** To any other request. @default 404 */
  readonly page?: (request: IncomingMessage, response: ServerResponse) => void;
  /** What becomes of an open socket. @default the protocol in the listening role */
  readonly meet?: (socket: WebSocket) => void;
  /** @default ours, where it is offered */
  readonly subprotocol?: false;
}

/** A controller as far as the way to it goes: TLS, HTTP, upgrade, and the protocol. */
export async function startPlace({ tls, date, answer, page, meet, subprotocol }: ControllerTraits): Promise<Place> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (date !== undefined) response.setHeader('Date', date().toUTCString());
    if (page !== undefined) page(request, response);
    else response.writeHead(404).end();
  };
  const server: Server = tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (subprotocol !== false && offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false) });
  const peer = createPeer({ role: 'listener', log: quietLog });
  if (page === undefined || answer !== undefined) server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (answer !== undefined) {
      socket.end(answer);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      websocket.on('error', () => undefined);
      if (meet !== undefined) meet(websocket);
      else peer.attach(linkWebSocket(websocket, 'agent', request.socket), 'agent').catch(() => undefined);
    });
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await Promise.all([peer.close('test over'), new Promise((resolve) => server.close(resolve))]);
    },
  };
}

/** A TCP server. */
export async function startTcp(onConnection: (socket: Socket) => void): Promise<Place> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).once('close', () => open.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port nothing listens on. */
export async function closedPort(): Promise<number> {
  const place = await startTcp((socket) => socket.destroy());
  await place.close();
  return place.port;
}

/** A port that answers no packet, as behind a firewall that drops them: who listens is stopped, and its queue of connections is full. */
export async function startBlackHole(): Promise<Place> {
  const child = spawn(process.execPath, ['-e', "const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))"], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await once(child.stdout, 'data') as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const filling: Socket[] = [];
  for (let isFull = false; !isFull;) {
    const socket = connect(port, '127.0.0.1');
    filling.push(socket.on('error', () => undefined));
    isFull = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(true), 400); // the kernel would answer within microseconds
      socket.once('connect', () => {
        clearTimeout(late);
        resolve(false);
      });
    });
  }
  return {
    port,
    close: async () => {
      for (const socket of filling) socket.destroy();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** An HTTP proxy that ends every tunnel itself, with a certificate of its own: TLS inspection. */
export async function startInspectingProxy(tls: { readonly cert: string; readonly key: string }): Promise<Place> {
  const open = new Set<Socket>();
  const server = createHttpServer();
  server.on('connection', (socket) => open.add(socket.on('error', () => undefined)));
  server.on('connect', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const inspecting = new TLSSocket(socket, { isServer: true, ...tls });
    inspecting.on('error', () => undefined);
    inspecting.on('data', () => inspecting.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
