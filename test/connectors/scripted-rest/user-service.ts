import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Seen { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string | undefined>>; readonly body: string; readonly at: number; /** Port at the other end. */ readonly from: number }
export interface User { userName: string; mail?: string | undefined; groups?: string[]; password?: string }

type Guard = (request: Seen) => { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown } | undefined;

/**
 * A small user service over HTTP, as many a company has: `/api/users`, `/api/users/{id}`, and a token endpoint. Users in pages
 * (`?from=…&count=…`), JSON in and out, 404 for who is not there, 409 for who is there already.
 */
export class UserService {
  readonly users = new Map<string, User>();
  readonly seen: Seen[] = [];
  /** Asked before anything else: an answer of its own, or undefined to go on. */
  guard: Guard = () => undefined;
  /** Requests being answered. */
  open = 0;
  readonly #server: Server;
  #next = 1;

  private constructor(tls: ServerOptions | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse): void => { void this.#answer(request, response); };
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  }

  static async start(tls?: ServerOptions, host?: string): Promise<UserService> {
    const service = new UserService(tls);
    await service.listen(0, host);
    return service;
  }

  async listen(port = 0, host = '127.0.0.1'): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#server.once('error', reject).listen(port, host, resolve); });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http${'setSecureContext' in this.#server ? 's' : ''}://127.0.0.1:${this.port}/api`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open++;
    response.once('close', () => { this.open--; });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const seen: Seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers as Seen['headers'], body: Buffer.concat(parts).toString('utf8'), at: performance.now(), from: request.socket.remotePort ?? 0 };
    this.seen.push(seen);
    const { status, headers = {}, body } = this.guard(seen) ?? this.#route(seen);
    response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }), ...headers });
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  }

  #route({ method, path, body }: Seen): { status: number; headers?: Record<string, string>; body?: unknown } {
    const url = new URL(path, 'http://x');
    const [, root, collection, id, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    if (root !== 'api') return { status: 404, body: { error: 'nothing here' } };
    if (collection === undefined || collection === '') return { status: 200, body: { service: 'users' } };
    if (collection !== 'users' || rest.length > 0) return { status: 404, body: { error: 'nothing here' } };
    if (id === undefined) return method === 'POST' ? this.#create(JSON.parse(body) as User) : this.#list(url);
    const user = this.users.get(id);
    if (user === undefined) return { status: 404, body: { error: 'unknown' } };
    return this.#onUser(method, id, user, body);
  }

  #onUser(method: string, id: string, user: User, body: string): { status: number; body?: unknown } {
    if (method === 'DELETE') {
      this.users.delete(id);
      return { status: 204 };
    }
    if (method === 'PATCH') {
      for (const [name, value] of Object.entries(JSON.parse(body) as Record<string, string | null>)) Object.assign(user, { [name]: value ?? undefined });
    }
    return { status: 200, body: this.#shown(id, user) };
  }

  #create(user: User): { status: number; headers?: Record<string, string>; body?: unknown } {
    if ([...this.users.values()].some(({ userName }) => userName === user.userName)) return { status: 409, body: { error: 'exists' } };
    const id = String(this.#next++);
    this.users.set(id, user);
    return { status: 201, headers: { location: `/api/users/${id}` }, body: { id } };
  }

  #list(url: URL): { status: number; body: unknown } {
    const from = Number(url.searchParams.get('from') ?? 0);
    const count = Number(url.searchParams.get('count') ?? 5);
    const name = url.searchParams.get('userName');
    const all = [...this.users].filter(([, { userName }]) => name === null || userName === name);
    return { status: 200, body: { users: all.slice(from, from + count).map(([id, user]) => this.#shown(id, user)), next: from + count < all.length ? from + count : null } };
  }

  #shown(id: string, user: User): object {
    return { id, ...user, password: undefined };
  }
}
