import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { FrameSocket, SessionLog } from '../../protocol/session/contract.js';
import type { AuthenticationAttempt } from '../audit/authentication-audit.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';
import { judgeUpgrade, type UpgradeVerdict } from './upgrade-check.js';
import { SUBPROTOCOL, withoutRepeatedSubprotocols } from '../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';

/** Server mode: controllers dial in. Sizes in bytes, times in milliseconds. */
export interface ListenOptions {
  readonly port: number;
  /** @default 0.0.0.0 */
  readonly address?: string | undefined;
  /** Hash of the shared key; see connector-server-key.ts. */
  readonly keyHash: string;
  readonly tls?: (TlsFiles & { readonly requireClientCertificate?: boolean | undefined }) | undefined;
  readonly maxFrameBytes: number;
  /** Open connections, authenticated or not; further ones are cut. */
  readonly maxConnections: number;
  /** Connections that have not authenticated yet; further ones are cut. */
  readonly maxUnauthenticated: number;
  /** A connection that is not upgraded by then is cut. */
  readonly authenticationTimeout: number;
  readonly log: SessionLog;
  onSocket(socket: FrameSocket, principal: string): void;
  /** Told of every attempt to become a controller, for audit. */
  readonly onAuthentication?: ((attempt: AuthenticationAttempt) => void) | undefined;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connections and cuts those that are not upgraded. Upgraded ones are the session's. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 16_384;
const NOT_FOUND_PAGE = '<!DOCTYPE html><html><head><title>OpenICF Connector Server</title></head><body><h1>OpenICF Connector Server</h1><p>Controllers connect here by WebSocket.</p></body></html>\n';

/** Listens as a Java connector server does (protocol sections 1.2 to 1.4), except that TLS before 1.2 is refused. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = await createServer(options);
  const waiting: Waiting = new Map();
  guardUnauthenticated(server, options, waiting);
  const sockets = new WebSocketServer({
    noServer: true, perMessageDeflate: false, maxPayload: options.maxFrameBytes, clientTracking: false,
    handleProtocols: (offers) => (offers.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  // Asked for nothing we know, a Java server names the empty subprotocol.
  sockets.on('headers', (headers, request) => { if (emptySubprotocol.has(request)) headers.push('Sec-WebSocket-Protocol: '); });
  server.on('upgrade', (request, socket, head) => { upgrade(sockets, options, waiting, request, socket, head); });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address ?? '0.0.0.0', () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => { options.log.error({ error: error.message }, 'The listener had an error.'); });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve(); });
      for (const socket of waiting.values()) socket.destroy();
      sockets.close();
    }),
  };
}

/** Connections that have not authenticated, by the peer's address: a TLS socket and the TCP socket below it share it. */
type Waiting = Map<string, Socket>;

function peerAddress(socket: { remoteAddress?: string | undefined; remotePort?: number | undefined }): string {
  return `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
}

const emptySubprotocol = new WeakSet<IncomingMessage>();

async function createServer(options: ListenOptions): Promise<Server> {
  const { tls, authenticationTimeout } = options;
  const http = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: authenticationTimeout, requestTimeout: authenticationTimeout, connectionsCheckingInterval: Math.min(1000, authenticationTimeout) };
  if (tls === undefined) return createHttpServer(http, answerPage);
  const requireCertificate = tls.requireClientCertificate === true;
  return createHttpsServer({ ...http, ...(await readTlsFiles(tls, 'TLSv1.3')), handshakeTimeout: authenticationTimeout, requestCert: requireCertificate, rejectUnauthorized: requireCertificate }, answerPage);
}

/** Java's Docker health check looks for this title. */
function answerPage(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(NOT_FOUND_PAGE), Connection: 'close' });
  response.end(NOT_FOUND_PAGE);
}

/** Bounds what a stranger can hold: number and time of connections that have not authenticated. */
function guardUnauthenticated(server: Server, options: ListenOptions, waiting: Waiting): void {
  server.maxConnections = options.maxConnections;
  const onConnection = (socket: Socket): void => {
    if (waiting.size >= options.maxUnauthenticated) {
      socket.destroy();
      return;
    }
    const peer = peerAddress(socket);
    waiting.set(peer, socket);
    const deadline = setTimeout(() => { if (waiting.get(peer) === socket) socket.destroy(); }, options.authenticationTimeout);
    socket.once('close', () => {
      clearTimeout(deadline);
      if (waiting.get(peer) === socket) waiting.delete(peer);
    });
  };
  // The TCP connection counts from its first moment, a TLS handshake included.
  server.on('connection', onConnection);
  server.on('tlsClientError', (error: Error, socket: { remoteAddress?: string; authorizationError?: Error | string | null }) => {
    // A certificate that is refused shows as a hang-up; why it was refused stands on the socket.
    const certificate = socket.authorizationError === undefined || socket.authorizationError === null ? undefined : `client certificate refused: ${String(socket.authorizationError)}`;
    options.log.warn({ address: socket.remoteAddress, error: certificate ?? error.message }, 'A TLS handshake failed.');
    if (certificate !== undefined) options.onAuthentication?.({ outcome: 'refused', address: socket.remoteAddress ?? '?', port: options.port, reason: certificate });
  });
  server.on('clientError', (_error, socket) => { socket.destroy(); });
}

/** Apart from the request, which a listener in its scope would keep for the life of the socket, credentials and all. */
function destroyOnError(socket: Duplex): void {
  socket.on('error', () => { socket.destroy(); });
}

function upgrade(sockets: WebSocketServer, options: ListenOptions, waiting: Waiting, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  destroyOnError(socket);
  withoutRepeatedSubprotocols(request);
  const verdict = judgeUpgrade(request, options.keyHash);
  if (verdict.kind !== 'accept') {
    refuse(verdict, options, request, socket);
    return;
  }
  if (verdict.subprotocol === 'empty') emptySubprotocol.add(request);
  sockets.handleUpgrade(request, socket, head, (websocket) => {
    const peer = peerAddress(request.socket);
    waiting.delete(peer); // authenticated: the deadline no longer counts
    options.onAuthentication?.({ outcome: 'ok', ...whereFrom(request), principal: verdict.principal });
    options.onSocket(linkWebSocket(websocket, `controller at ${peer}`, request.socket), verdict.principal);
  });
}

function whereFrom({ socket }: IncomingMessage): Pick<AuthenticationAttempt, 'address' | 'port'> {
  return { address: socket.remoteAddress ?? '?', port: socket.localPort ?? 0 };
}

/** As Java: no body, no length, and the connection stays open; here until the deadline. */
function refuse(verdict: Exclude<UpgradeVerdict, { kind: 'accept' }>, options: ListenOptions, request: IncomingMessage, socket: Duplex): void {
  options.log.warn({ address: request.socket.remoteAddress, reason: verdict.why }, 'A connection was refused.');
  // A path a stranger made up is no reason of its own.
  options.onAuthentication?.({ outcome: 'refused', ...whereFrom(request), reason: verdict.kind === 'ignore' ? 'not the path of connector servers' : verdict.why });
  if (verdict.kind === 'close') socket.destroy();
  else if (verdict.kind === 'answer') socket.write(['HTTP/1.1 ' + verdict.statusLine, ...verdict.headers, '', ''].join('\r\n'));
  socket.resume();
}
