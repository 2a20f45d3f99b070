import type { IncomingMessage } from 'node:http';
import { LINK_SECONDS, isFromHere, strangerOf, type Access, type LocalAccess } from './local-access.js';
import { pageFile } from './page-files.js';

/** What the routes tell and do. */
export interface LocalContent {
  /** `/readyz`. Asked anew for each request. */
  readiness(): { readonly ready: boolean } & object;
  /** `/status`. */
  status(): object;
  /** Begins to drain the agent, as SIGTERM does; how many operations are under way. */
  drain(): number;
  /** `/metrics`, in the format of Prometheus. Without it there is no such route. */
  readonly metrics?: (() => Promise<{ readonly contentType: string; readonly body: string }>) | undefined;
  /** Whether `/metrics` wants the token, or is open as `/readyz` is. @default token */
  readonly metricsAccess?: 'token' | 'open' | undefined;
}

export interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = (request: IncomingMessage) => Answer | Promise<Answer>;

interface Place {
  readonly method: 'GET' | 'POST';
  /** Who may: everybody who reaches the port; who is on this machine; who shows a token besides. */
  readonly for: 'everybody' | 'machine' | Access;
  readonly route: Route;
}

export class LocalRoutes {
  readonly #access: LocalAccess;
  readonly #places: ReadonlyMap<string, Place>;

  constructor(content: LocalContent, access: LocalAccess) {
    this.#access = access;
    const { metrics, metricsAccess } = content;
    this.#places = new Map<string, Place>([
      ['/livez', { method: 'GET', for: 'everybody', route: () => json(200, { live: true }) }],
      ['/readyz', { method: 'GET', for: 'everybody', route: () => readiness(content) }],
      ['/status', { method: 'GET', for: 'page', route: () => json(200, content.status()) }],
      ['/session', { method: 'POST', for: 'machine', route: (request) => session(access, request) }],
      ['/links', { method: 'POST', for: 'command', route: () => json(201, { token: access.newLink(), seconds: LINK_SECONDS }) }],
      ['/drain', { method: 'POST', for: 'command', route: () => json(202, { stopping: true, operations: content.drain() }) }],
      ...(metrics === undefined ? [] : [['/metrics', { method: 'GET', for: metricsAccess === 'open' ? 'everybody' : 'page', route: async () => ({ code: 200, ...await metrics() }) }] as const]),
    ]);
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const place = this.#placeOf(path);
    const stranger = isFromHere(request) ? strangerOf(request) : undefined;
    if (stranger !== undefined) return refusal(403, stranger);
    if (place === undefined) return refusal(404, 'There is nothing here. Try /livez, /readyz, /status or /.');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== place.method) return { ...refusal(405, `Use ${place.method}.`), headers: { Allow: place.method === 'GET' ? 'GET, HEAD' : 'POST' } };
    return this.#refusal(request, place.for) ?? await place.route(request);
  }

  #placeOf(path: string): Place | undefined {
    const page = pageFile(path);
    if (page === undefined) return this.#places.get(path);
    return { method: 'GET', for: 'machine', route: async () => ({ code: 200, contentType: page.contentType, headers: page.headers, body: await page.body() }) };
  }

  #refusal(request: IncomingMessage, who: Place['for']): Answer | undefined {
    if (who === 'everybody') return undefined;
    if (!isFromHere(request)) return refusal(403, 'This is answered on the agent\'s own machine only, at a loopback address. From elsewhere, use a tunnel: ssh -L.');
    if (who === 'machine') return undefined;
    const access = this.#access.of(request);
    if (access === undefined) return { ...refusal(401, 'A token is needed: Authorization: Bearer, with what is in local/token of the state directory.'), headers: { 'WWW-Authenticate': 'Bearer realm="causeway agent"' } };
    if (who === 'command' && access === 'page') return refusal(403, 'The token of a page is for reading only.');
    return undefined;
  }
}

function readiness(content: LocalContent): Answer {
  const told = content.readiness();
  return json(told.ready ? 200 : 503, told);
}

function session(access: LocalAccess, request: IncomingMessage): Answer {
  const token = access.exchange(request);
  return token === undefined ? refusal(401, 'This link was used before, is older than two minutes, or belongs to an earlier start of the agent.') : json(200, { token });
}

export function refusal(code: number, error: string): Answer {
  return json(code, { error });
}

function json(code: number, content: object): Answer {
  return { code, contentType: 'application/json', body: `${JSON.stringify(content)}\n` };
}
