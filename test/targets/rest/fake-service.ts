import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseBody, Refusal, toWire, type ExchangeObserver, type FakeAnswer, type FakeRequest, type WireAnswer } from './exchange.js';
import { Faults, type Fault } from './faults.js';
import { Pages } from './paging.js';
import { RouteTable, type Routes } from './routes.js';
import { TokenDesk, type CredentialSettings } from './token-desk.js';

export interface FakeServiceSettings {
  readonly routes: Routes;
  /** Goes before every path of the routes. @default none */
  readonly base?: string;
  /** Who may ask; without it everybody may. */
  readonly credentials?: CredentialSettings;
  /** Told of every exchange; what one of them complains of is answered instead: 400 for a request, 500 for an answer. */
  readonly observers?: readonly ExchangeObserver[];
  /** Body of answers the service gives by itself: 400, 401, 404, 405, 500. */
  readonly error?: (status: number, message: string) => unknown;
  /** A certificate and its key, for HTTPS. */
  readonly tls?: ServerOptions;
}

/** A request that came in; `at` is in milliseconds of `performance.now()`. */
export interface SeenRequest { readonly method: string; readonly path: string; readonly query: Readonly<Record<string, string>>; readonly body: unknown; readonly at: number; readonly fault?: string }

/** A stateful stand-in for a service with a REST API, on a port of 127.0.0.1 of its own. */
export class FakeService {
  /** In the order they came; those for tokens without their bodies. */
  readonly seen: SeenRequest[] = [];
  readonly tokens: TokenDesk;
  readonly faults: Faults;
  readonly pages = new Pages();
  /** What observers complained of, a sentence each. */
  readonly complaints: string[] = [];
  /** Requests being answered now. */
  open = 0;
  /** The most that were at a time. */
  mostOpen = 0;
  readonly #settings: FakeServiceSettings;
  readonly #routes: RouteTable;
  readonly #server: Server;
  #port = 0;

  private constructor(settings: FakeServiceSettings) {
    this.#settings = settings;
    this.#routes = new RouteTable(settings.routes, settings.base);
    this.tokens = new TokenDesk(settings.credentials ?? {});
    this.faults = new Faults((request) => this.tokens.isForTokens(request));
    const listener = (request: IncomingMessage, response: ServerResponse): void => { void this.#take(request, response); };
    this.#server = settings.tls === undefined ? createServer(listener) : createTlsServer(settings.tls, listener);
  }

  static async start(settings: FakeServiceSettings): Promise<FakeService> {
    const service = new FakeService(settings);
    await service.resume();
    return service;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http${this.#settings.tls === undefined ? '' : 's'}://127.0.0.1:${this.#port}`;
  }

  /** Where the routes start. */
  get address(): string {
    return this.origin + (this.#settings.base ?? '');
  }

  /** Breaks connections off and refuses new ones. */
  async pause(): Promise<void> {
    const closed = new Promise<void>((resolve) => { this.#server.close(() => resolve()); });
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async resume(): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve); });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.pause();
  }

  /** Requests seen of one kind: the start of `METHOD /path`. */
  seenOf(start: string): readonly SeenRequest[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}`.startsWith(start));
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const gone = new Promise<'gone'>((resolve) => { response.once('close', () => { this.open--; resolve('gone'); }); });
    try {
      await this.#answerTo(incoming, response, gone);
    } catch (error) {
      // Without the other end there is nobody to answer, and nothing to complain of.
      if (!incoming.destroyed || incoming.complete) this.complaints.push(`${incoming.method ?? ''} ${incoming.url ?? ''}: ${String(error)}`);
      response.destroy();
    }
  }

  async #answerTo(incoming: IncomingMessage, response: ServerResponse, gone: Promise<'gone'>): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const received = await this.#received(incoming, Buffer.concat(chunks).toString('utf8'));
    if (!('method' in received)) return send(response, toWire(received));
    const fault = this.faults.take(received);
    this.#note(received, fault);
    if (fault?.reset === 'before') return reset(incoming);
    // Even no time takes a millisecond with a timer, which is most of what an answer takes here.
    if (fault?.wait !== undefined && (await Promise.race([gone, waited(fault.wait)])) === 'gone') return;
    const answer = await this.#observed(received, fault);
    if (fault?.reset === 'after') return reset(incoming);
    send(response, fault?.truncated === true ? halfOf(answer) : answer);
  }

  async #received(incoming: IncomingMessage, text: string): Promise<FakeRequest | FakeAnswer> {
    const url = new URL(incoming.url ?? '/', 'http://x');
    const headers = incoming.headers as FakeRequest['headers'];
    try {
      return { method: incoming.method ?? '', path: url.pathname, params: {}, query: url.searchParams, headers, text, body: parseBody(text, headers['content-type']), origin: this.origin, from: incoming.socket.remoteAddress };
    } catch (error) {
      return (error as Refusal).answer;
    }
  }

  #note(request: FakeRequest, fault: Fault | undefined): void {
    const { method, path, query, body } = request;
    this.seen.push({ method, path, query: Object.fromEntries(query), body: this.tokens.isForTokens(request) ? undefined : body, at: performance.now(), ...(fault === undefined ? {} : { fault: fault.name }) });
  }

  #complaintsOf({ method, path }: FakeRequest, ask: (observer: ExchangeObserver) => readonly string[]): string[] {
    const found = (this.#settings.observers ?? []).flatMap((observer) => ask(observer));
    this.complaints.push(...found.map((complaint) => `${method} ${path}: ${complaint}`));
    return found;
  }

  async #observed(request: FakeRequest, fault: Fault | undefined): Promise<WireAnswer> {
    const refused = this.#complaintsOf(request, (observer) => observer.onRequest(request));
    if (refused.length > 0) return this.#failure(400, refused.join('; '));
    if (fault?.instead !== undefined) return toWire(fault.instead);
    const answer = await this.#handled(request);
    const found = this.#complaintsOf(request, (observer) => observer.onAnswer(request, answer));
    return found.length > 0 ? this.#failure(500, `the fake's own answer: ${found.join('; ')}`) : answer;
  }

  async #handled(request: FakeRequest): Promise<WireAnswer> {
    try {
      if (this.tokens.isForTokens(request)) return toWire(this.tokens.give(request));
      if (!this.tokens.isAuthorized(request)) return this.#failure(401, 'who asks is not known', { 'www-authenticate': 'Bearer error="invalid_token"' });
      const match = this.#routes.find(request.method, request.path);
      if (match === undefined) return this.#failure(404, `nothing at ${request.path}`);
      if (!('handler' in match)) return this.#failure(405, `only ${match.join(', ')}`, { allow: match.join(', ') });
      return toWire(await match.handler({ ...request, params: match.params }));
    } catch (error) {
      if (error instanceof Refusal) return toWire(error.answer);
      this.complaints.push(`${request.method} ${request.path}: the handler failed: ${String(error)}`);
      return this.#failure(500, String(error));
    }
  }

  #failure(status: number, message: string, headers: Readonly<Record<string, string>> = {}): WireAnswer {
    return toWire({ status, headers, body: this.#settings.error?.(status, message) ?? { error: message } });
  }
}

function send(response: ServerResponse, { status, headers, text }: WireAnswer): void {
  response.writeHead(status, headers);
  response.end(text);
}

const waited = async (pause: number | Promise<unknown>): Promise<unknown> => (typeof pause === 'number' ? wait(pause) : pause);
const halfOf = (answer: WireAnswer): WireAnswer => ({ ...answer, text: answer.text.slice(0, Math.ceil(answer.text.length / 2)) });

function reset(incoming: IncomingMessage): void {
  incoming.socket.resetAndDestroy();
}
