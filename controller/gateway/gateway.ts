import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { FrameSocket } from '../../protocol/session/contract.js';
import type { Log } from '../log.js';
import { authenticateAgent, type AgentAuthenticationParts, type AgentVerdict } from './agent-authentication.js';
import type { ClientCertificate } from './client-certificate.js';
import type { AgentConnections, WatchedConnection } from './agent-connections.js';
import { UnauthenticatedConnections, addressOf, type UnauthenticatedLimits } from './unauthenticated-connections.js';
import { SUBPROTOCOL, withoutRepeatedSubprotocols } from '../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../protocol/transport/websocket-link.js';

/** `/openicf`, and `/openicf/0` and the like, which agents configured for the vendor's cloud dial. */
const PATH = /^\/openicf(\/\d{1,3})?\/?(\?|$)/;

/** Sizes in bytes, times in milliseconds. */
export interface GatewayOptions extends UnauthenticatedLimits {
  readonly port: number;
  readonly address: string;
  /** Undefined: no TLS, for loopback only. */
  readonly tls: ServerOptions | undefined;
  readonly maxFrameBytes: number;
  readonly maxConnections: number;
  readonly authentication: AgentAuthenticationParts;
  readonly log: Log;
  readonly connections: AgentConnections;
  /** A socket of an authenticated agent, of the group in its certificate. `watched` wants to hear which session it joined. */
  onSocket(socket: FrameSocket, agent: { readonly name: string; readonly group: string | undefined; readonly certificate: ClientCertificate | undefined }, watched: WatchedConnection): void;
  /** A socket was refused: by TLS, or with that HTTP status. */
  onRefused?(reason: 'tls' | Refusal['status']): void;
  /** An agent has opened a socket with the certificate of that fingerprint. */
  onProven(fingerprint: string): void;
}

export interface Gateway {
  readonly port: number;
  /** Another certificate, other authorities: for handshakes from now on; connections that are open stay. */
  setTls(tls: SecureContextOptions): void;
  /** Takes no more connections and cuts those that are not authenticated; the others belong to the session. */
  close(): Promise<void>;
}

/** Listens for agents that dial in. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const http = { maxHeaderSize: 16_384, headersTimeout: options.authenticationTimeout, requestTimeout: options.authenticationTimeout };
  const server: Server = options.tls === undefined
    ? createServer(http, answerPlainRequest)
    : createTlsServer({ ...http, handshakeTimeout: options.authenticationTimeout, ...options.tls }, answerPlainRequest);
  server.maxConnections = options.maxConnections;
  const strangers = new UnauthenticatedConnections(server, options);
  const sockets = new WebSocketServer({
    noServer: true, perMessageDeflate: false, maxPayload: options.maxFrameBytes, clientTracking: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    destroyOnError(socket);
    judge(request, options).then((verdict) => {
      if ('status' in verdict) return refuse(verdict, request, socket, options);
      if (socket.destroyed) return undefined;
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        strangers.authenticated(request.socket);
        welcome(websocket, request, verdict, options);
      });
      return undefined;
    }).catch((error: unknown) => {
      options.log.error({ err: error }, 'an agent could not be authenticated');
      socket.destroy();
    });
  });
  server.on('tlsClientError', (error: Error, socket: { readonly remoteAddress?: string; readonly authorizationError?: Error | string | null }) => {
    // A certificate that is refused shows as a hang-up; why it was refused stands on the socket.
    const certificate = socket.authorizationError === undefined || socket.authorizationError === null ? undefined : `client certificate refused: ${String(socket.authorizationError)}`;
    options.onRefused?.('tls');
    options.log.warn({ from: socket.remoteAddress, reason: certificate ?? error.message }, 'TLS handshake with an agent failed');
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    setTls: (tls) => { if (isTls(server)) server.setSecureContext(tls); },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      strangers.closeAll();
      sockets.close();
    }),
  };
}

/** Apart from the request, which a listener in its scope would keep for the life of the socket, credentials and all. */
function destroyOnError(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
}

function welcome(websocket: WebSocket, request: IncomingMessage, { name, certificate, group }: Welcome, options: GatewayOptions): void {
  const from = addressOf(request.socket);
  const socket = linkWebSocket(websocket, `agent ${name} at ${from}`, request.socket);
  const watched = options.connections.opened({
    agent: name, certificate, from, close: (code, reason) => socket.close(code, reason), terminate: () => websocket.terminate(),
  });
  websocket.once('close', () => watched.gone());
  if (certificate !== undefined) options.onProven(certificate.fingerprint);
  options.onSocket(socket, { name, group, certificate }, watched);
}

function listening(server: Server, { port, address, log }: GatewayOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      server.on('error', (error) => log.error({ err: error }, 'the gateway has an error'));
      resolve();
    });
  });
}

function isTls(server: Server): server is TlsServer {
  return 'setSecureContext' in server;
}

type Welcome = Extract<AgentVerdict, { name: string }>;
type Refusal = Exclude<AgentVerdict, { name: string }> | { readonly status: 404; readonly reason: string };

async function judge(request: IncomingMessage, options: GatewayOptions): Promise<AgentVerdict | Refusal> {
  if (!PATH.test(request.url ?? '')) return { status: 404, reason: 'there is nothing at this path; agents connect to /openicf' };
  withoutRepeatedSubprotocols(request);
  return authenticateAgent(request, options.authentication);
}

function refuse({ status, reason }: Refusal, request: IncomingMessage, socket: Duplex, { log, onRefused }: GatewayOptions): void {
  onRefused?.(status);
  log.warn({ from: addressOf(request.socket), status, reason }, 'agent refused');
  const text = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' }[status];
  const challenge = status === 401 ? ['WWW-Authenticate: Basic realm="openicf.forgerock.org"'] : [];
  // The reason tells nothing its sender does not know of itself, and lets its log say what to do.
  const body = status === 403 ? JSON.stringify({ error: 'refused', message: reason }) : '';
  const type = body === '' ? [] : ['Content-Type: application/json'];
  socket.end(['HTTP/1.1 ' + String(status) + ' ' + text, ...challenge, ...type, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body].join('\r\n'), () => socket.destroy());
}

/** Somebody looks at the port with a browser or a health check. */
function answerPlainRequest(_request: IncomingMessage, response: ServerResponse): void {
  const page = '<!DOCTYPE html><html><head><title>OpenICF Connector Server</title></head><body><p>Agents connect here by WebSocket.</p></body></html>\n';
  response.writeHead(404, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(page), Connection: 'close' });
  response.end(page);
}
