import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket, WebSocketServer, type ClientOptions } from 'ws';
import { createAuthority, type Authority } from '../../../certs/index.js';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { parseConfig } from '../../../controller/config/load-config.js';
import { startController, type RunningController } from '../../../controller/controller.js';
import { SUBPROTOCOL } from '../../../protocol/transport/subprotocol.js';
import { linkWebSocket } from '../../../protocol/transport/websocket-link.js';
import type { Log } from '../../../controller/log.js';
import type { ProtocolPeer } from '../../../protocol/session/contract.js';
import { createPeer } from '../../../protocol/session/peer.js';
import { MemoryFacade, connectorInfo } from '../../unit/controller/memory-facade.js';
import { requireDescribed } from '../../support/described-exchange.js';
import { databaseWorker } from '../../support/database-worker.js';
import { layEmptyDatabase } from '../../support/empty-database.js';
import { keepFiles, keepLogLine, keepText } from '../../support/evidence.js';
import { holdPrivateKey, secret } from '../../support/secret-values.js';
import { PROVISIONER } from '../../unit/controller/start-rest.js';

export interface World {
  readonly controller: RunningController;
  readonly authority: Authority;
  readonly folder: string;
  readonly url: string;
  /** TLS options of an agent of that name. */
  credentials(name: string): Promise<ClientOptions>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- test answers
  /** A query whose body is read at the test's own pace. */
  open(path: string): Promise<IncomingMessage>;
  stop(): Promise<void>;
}

const LOGIN = { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': secret('password of the administrator') };
const hash = hashPassword(LOGIN['X-OpenIDM-Password']);
const kept = (level: string) => (fields: object, message: string): void => keepLogLine(level, fields, message);
const quietLog: Log = { debug: kept('debug'), info: kept('info'), warn: kept('warn'), error: kept('error'), child: () => quietLog };

/** A whole controller on free ports, with an authority of its own. `gateway` is YAML below `gateway:`, `sections` further sections. */
export async function startWorld(options: { gateway?: (folder: string) => string; sections?: string; files?: Record<string, unknown>; tls?: boolean } = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-controller-'));
  await mkdir(join(folder, 'conf'));
  const files = { 'provisioner.openicf-mem.json': { ...PROVISIONER, configurationProperties: { host: 'x', password: secret('password of the provisioner') } }, ...options.files };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, 'conf', name), JSON.stringify(content));
  const authority = await createAuthority(join(folder, 'ca'));
  const own = await authority.issueController({ names: ['localhost', '127.0.0.1'] });
  await writeFile(join(folder, 'server.crt'), own.certificate);
  await writeFile(join(folder, 'server.key'), own.privateKey);
  await layEmptyDatabase(join(folder, 'data'));
  const gateway = options.gateway?.(folder) ?? '';
  const controller = await startController(parseConfig(`
rest: { port: 0, users: [{ name: openidm-admin, passwordHash: "${await hash}" }] }
gateway:
  port: 0
  address: 127.0.0.1
  ${options.tls === false ? '' : 'tls: { certificate: server.crt, key: server.key, ca: ca/ca.crt, clientCertificates: optional }'}
  ${gateway}
log: { level: silent }
${options.sections ?? ''}
shutdownGrace: 1s
`, join(folder, 'controller.yaml')), quietLog, { version: 'test', logLinesDropped: () => 0, databaseWorker: await databaseWorker() });
  const url = `http://127.0.0.1:${controller.restPort}`;
  return {
    controller, authority, folder, url,
    async credentials(name) {
      const { certificate, privateKey } = await authority.issueAgent({ name });
      return { ca: authority.certificate, cert: certificate, key: holdPrivateKey('key of an agent', privateKey) };
    },
    async call(method, path, body) {
      const response = await fetch(url + path, { method, headers: { ...LOGIN, 'Content-Type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await response.text();
      keepText(response.ok ? 'answers' : 'errors', 'in-process controller', `${response.status} ${JSON.stringify([...response.headers])} ${text}`);
      const answer = text === '' ? undefined : JSON.parse(text) as unknown;
      requireDescribed({ method, url: path, body, status: response.status, answer });
      return { status: response.status, body: answer };
    },
    async open(path) {
      const sent = request(url + path, { headers: LOGIN });
      sent.on('error', () => undefined);
      sent.end();
      const [response] = await once(sent, 'response') as [IncomingMessage];
      response.on('error', () => undefined);
      return response;
    },
    async stop() {
      await controller.stop();
      keepFiles(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface TestAgent {
  readonly facade: MemoryFacade;
  readonly peer: ProtocolPeer;
  readonly sockets: WebSocket[];
  stop(): Promise<void>;
}

function executing(facade: MemoryFacade): { connectorInfos: () => Promise<ReturnType<typeof connectorInfo>[]>; facadeFor: () => Promise<MemoryFacade> } {
  return { connectorInfos: async () => [connectorInfo()], facadeFor: async () => facade };
}

/** The agent's end of the protocol, in this process, with a memory connector. */
export async function dialIn(port: number, options: ClientOptions, { sockets = 1, scheme = 'wss', hostId }: { sockets?: number; scheme?: string; hostId?: string } = {}): Promise<TestAgent> {
  const facade = new MemoryFacade();
  const peer = createPeer({ role: 'dialler', hostId, log: quietLog, executor: executing(facade) });
  const opened: WebSocket[] = [];
  for (let index = 0; index < sockets; index += 1) {
    const socket = new WebSocket(`${scheme}://localhost:${port}/openicf`, [SUBPROTOCOL], { perMessageDeflate: false, ...options });
    await once(socket, 'open');
    opened.push(socket);
    await peer.attach(linkWebSocket(socket, `test agent #${index}`, undefined), 'controller');
  }
  return { facade, peer, sockets: opened, stop: () => peer.close('test over') };
}

/** A connector server that waits to be dialled, as a Java one does in its default mode. Answers what it was told, too. */
export async function startConnectorServer(key: string): Promise<TestAgent & { readonly port: number; readonly authorizations: (string | undefined)[] }> {
  const facade = new MemoryFacade();
  const peer = createPeer({ role: 'listener', log: quietLog, executor: executing(facade) });
  const http = createServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => SUBPROTOCOL });
  const authorizations: (string | undefined)[] = [];
  const sockets: WebSocket[] = [];
  server.on('connection', (socket, message) => {
    authorizations.push(message.headers.authorization);
    sockets.push(socket);
    const expected = `Basic ${Buffer.from(`anonymous:${key}`).toString('base64')}`;
    if (message.headers.authorization === expected) peer.attach(linkWebSocket(socket, 'test server', undefined), 'controller').catch(() => undefined);
    else socket.terminate();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    facade, peer, sockets, authorizations, port: (http.address() as AddressInfo).port,
    async stop() {
      await peer.close('test over');
      server.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
