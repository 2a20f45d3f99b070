import { createServer, type Server } from 'node:https';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { FakeRacf } from './racf.js';
import type { TlsFiles } from './tls-files.js';

export interface ZosRequest {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** How one REST API of z/OS takes a command and gives its output. */
export interface ZosApi {
  readonly method: string;
  readonly path: string;
  /** Characters of an address, above which it is refused. */
  readonly longestAddress?: number;
  /** Where a token is to be had, and how the credentials for it stand in the request. */
  readonly signOn?: { readonly path: string; credentialsIn(body: Readonly<Record<string, unknown>>): string };
  /** The command in a request; undefined where the request is not as the API wants it. */
  commandIn(request: ZosRequest): string | undefined;
  answer(lines: readonly string[]): unknown;
}

export interface ZosRestServer {
  readonly port: number;
  readonly racf: FakeRacf;
  /** Statuses to answer next, instead of running anything. */
  readonly failures: number[];
  /** Answers next instead of the API's own form. */
  readonly bodies: unknown[];
  /** The most requests that were under way at a time, and connections made. */
  readonly seen: { requests: number; most: number; connections: number; clientNames: string[] };
  /** False: commands take a token, and no Basic authentication. */
  takesBasic: boolean;
  /** Those that were given out and are still good. */
  readonly tokens: Set<string>;
  /** Waited for before a command is run. */
  gate: Promise<void> | undefined;
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
}

/** The user ID in upper case, as z/OS takes it. */
function credentialsIn({ authorization = '' }: IncomingMessage['headers']): string {
  const [user = '', ...password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('utf8').split(':');
  return [user.toUpperCase(), ...password].join(':');
}

interface State {
  readonly failures: number[];
  readonly bodies: unknown[];
  readonly seen: { requests: number; most: number; connections: number; clientNames: string[] };
  readonly tokens: Set<string>;
  gate: Promise<void> | undefined;
  takesBasic: boolean;
}

type Answer = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>];

/** Answers requests of one API. */
class ZosRest {
  readonly state: State = { failures: [], bodies: [], seen: { requests: 0, most: 0, connections: 0, clientNames: [] }, gate: undefined, takesBasic: true, tokens: new Set() };
  readonly #api: ZosApi;
  readonly #racf: FakeRacf;
  readonly #credentials: string;

  constructor(api: ZosApi, racf: FakeRacf, credentials: string) {
    [this.#api, this.#racf, this.#credentials] = [api, racf, credentials];
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const body = await bodyOf(request);
    const address = request.url ?? '';
    if (address.length > (this.#api.longestAddress ?? Infinity)) return [414, {}];
    const { pathname, searchParams: query } = new URL(address, 'https://localhost');
    if (pathname === this.#api.signOn?.path) return this.#signOn(this.#api.signOn.credentialsIn(body));
    const refused = this.#refused(request.headers);
    if (refused !== undefined) return refused;
    if (request.method !== this.#api.method || pathname !== this.#api.path) return [404, { message: 'no such resource' }];
    const failure = this.state.failures.shift();
    if (failure !== undefined) return [failure, { message: `as the test wants it, for ${address}` }];
    return this.#run(this.#api.commandIn({ query, body, headers: request.headers }));
  }

  #signOn(credentials: string): Answer {
    if (credentials !== this.#credentials) return [401, { message: 'not signed on' }];
    const token = `Bearer ${this.state.seen.requests}`;
    this.state.tokens.add(token);
    return [200, {}, { authorization: token }];
  }

  #refused(headers: IncomingMessage['headers']): Answer | undefined {
    const { authorization = '' } = headers;
    const isBasic = authorization.startsWith('Basic ');
    if (isBasic && !this.state.takesBasic) return [405, { message: 'Basic authentication is not supported' }];
    const isGood = isBasic ? credentialsIn(headers) === this.#credentials : this.state.tokens.has(authorization);
    return isGood ? undefined : [401, { message: 'not signed on' }];
  }

  async #run(command: string | undefined): Promise<Answer> {
    if (command === undefined) return [400, { message: 'the request is not understood' }];
    await this.state.gate;
    const lines = this.#racf.run(command);
    return [200, this.state.bodies.length > 0 ? this.state.bodies.shift() : this.#api.answer(lines)];
  }
}

/** An HTTPS server in front of a stand-in for RACF. */
export async function startZosRest(api: ZosApi, racf: FakeRacf, tls: Pick<TlsFiles, 'certificateFile' | 'keyFile' | 'caFile'>, credentials = 'IBMUSER:SYS1', port = 0): Promise<ZosRestServer> {
  const rest = new ZosRest(api, racf, credentials);
  const { state } = rest;
  let underWay = 0;
  const server: Server = createServer({ cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile), ca: await readFile(tls.caFile), requestCert: true, rejectUnauthorized: false }, (request, response) => {
    state.seen.requests++;
    state.seen.most = Math.max(state.seen.most, ++underWay);
    rest.answer(request).then(
      ([status, body, headers = {}]) => { response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body)); },
      (error: unknown) => { response.writeHead(500).end(String(error)); },
    ).finally(() => { underWay--; });
  });
  server.on('secureConnection', (socket) => {
    state.seen.connections++;
    const name = (socket.getPeerCertificate() as Partial<PeerCertificate>).subject?.CN;
    if (typeof name === 'string') state.seen.clientNames.push(name);
  });
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port, racf,
    stop: () => new Promise<void>((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  });
}
