import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import { linkWebSocket } from '../../../../protocol/transport/websocket-link.js';
import { createPeer } from '../../../../protocol/session/peer.js';
import type { ConnectionGroup, ProtocolPeer, SessionLimits } from '../../../../protocol/session/contract.js';
import { quietLog } from './quiet-log.js';

export interface TestControllerOptions {
  readonly tls?: ServerOptions;
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** HTTP status to refuse an upgrade with; undefined lets it in. */
  readonly refuse?: (request: IncomingMessage) => number | { readonly status: number; readonly body: string } | undefined;
  readonly limits?: Partial<SessionLimits>;
  readonly maxPayload?: number;
}

export interface TestController {
  readonly port: number;
  readonly peer: ProtocolPeer;
  /** Upgrade requests seen, refused ones included. */
  readonly upgrades: readonly IncomingMessage[];
  /** Open sockets. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** Common names of the client certificates, one for each socket that came up. */
  readonly clients: readonly string[];
  /** Most sockets that were open at once. */
  readonly most: number;
  /** Waits for a group that is up. */
  group(): Promise<ConnectionGroup>;
  /** As kill -9: every connection cut, nothing said. */
  kill(): Promise<void>;
}

/** A minimal controller: a WebSocket server and the protocol in the listening role. */
export async function startTestController(options: TestControllerOptions = {}): Promise<TestController> {
  const peer = createPeer({ role: 'listener', log: quietLog, limits: options.limits });
  const upgrades: IncomingMessage[] = [];
  const sockets = new Set<WebSocket>();
  const clients: string[] = [];
  let most = 0;
  const server: Server = options.tls === undefined ? createHttpServer() : createHttpsServer(options.tls);
  const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, ...(options.maxPayload === undefined ? {} : { maxPayload: options.maxPayload }) });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    upgrades.push(request);
    const refusal = options.refuse?.(request);
    if (refusal !== undefined) {
      const { status, body } = typeof refusal === 'number' ? { status: refusal, body: '' } : refusal;
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return;
    }
    websockets.handleUpgrade(request, socket, head, (websocket) => {
      sockets.add(websocket);
      most = Math.max(most, sockets.size);
      websocket.on('close', () => sockets.delete(websocket));
      if (request.socket instanceof TLSSocket) clients.push(String(request.socket.getPeerCertificate().subject.CN));
      peer.attach(linkWebSocket(websocket, 'agent', request.socket), 'agent').catch(() => undefined);
    });
  });
  await new Promise<void>((resolve) => { server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port,
    peer, upgrades, sockets, clients,
    get most() { return most; },
    group: async () => {
      await until(() => peer.groups.some((group) => group.isOperational), 'an agent to connect');
      return peer.groups.find((group) => group.isOperational)!;
    },
    kill: async () => {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), peer.close('killed')]);
    },
  };
}

/** Polls until the condition holds; fails with what it waited for. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, milliseconds = 10_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${milliseconds} ms in vain for ${what}.`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}
