import type { Dispatcher } from 'undici';
import { ConnectorError, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import { sleep, systemClock } from '../../framework/clock.js';
import { connectionsFor, refusedByProxy } from './http-connections.js';
import { httpFailure } from './http-errors.js';
import { portOf, type HttpSettings } from './http-settings.js';
import { retryAfter } from './retry-after.js';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body?: { readonly bytes: Uint8Array; readonly contentType: string } | undefined;
  /** Without the client's authentication and headers: of a token. */
  readonly bare?: boolean | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case; several of one name are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** Bytes of an answer. */
const LARGEST_ANSWER = 32 * 1024 ** 2;
const MOST_REDIRECTS = 5;
/** Milliseconds. */
const SHORTEST_PAUSE = 1_000;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Requests to HTTP servers over connections that are kept. TLS is verified; an answer is held whole, up to `LARGEST_ANSWER`. Credentials
 * and default headers go to the server of `settings.address` and to no other.
 */
export class HttpClient {
  readonly settings: HttpSettings;
  readonly #dispatcher: Dispatcher;

  private constructor(settings: HttpSettings, dispatcher: Dispatcher) {
    this.settings = settings;
    this.#dispatcher = dispatcher;
  }

  /** Connects nowhere. */
  static async open(settings: HttpSettings): Promise<HttpClient> {
    const undici = await import('undici');
    const { connections = 20, timeouts = {} } = settings;
    const { connect: connectTime = 10_000, answer = 60_000 } = timeouts;
    const dispatcher = new undici.Agent({ connections, headersTimeout: answer, bodyTimeout: answer, connect: await connectionsFor(undici, settings, connectTime) });
    return new HttpClient(settings, dispatcher);
  }

  /** Every answer of the server counts, whatever its status. Rejects with a ConnectorError where there is none. */
  async request(request: HttpRequest, signal: AbortSignal, permitTarget = this.settings.permitTarget): Promise<HttpAnswer> {
    const isOwn = request.url.origin === this.settings.address?.origin;
    if (!isOwn) await permitTarget?.({ host: request.url.hostname, port: portOf(request.url) });
    if (request.bare === true || !isOwn) return this.#follow(withHeaders(request), signal);
    const { authentication, headers } = this.settings;
    const authorization = await authentication.authorization(signal);
    const answer = await this.#patiently(withHeaders(request, headers, authorization), signal);
    const retry = await authentication.answered(answer, authorization, signal);
    return retry === undefined ? answer : this.#patiently(withHeaders(request, headers, retry), signal);
  }

  /** Repeats what the server was too busy for, when it says: 429 refuses the request, 503 may come from a proxy that had sent it on. */
  async #patiently(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    for (let left = this.settings.patience ?? 0; ;) {
      const answer = await this.#follow(request, signal);
      const isBusy = answer.status === 429 || (answer.status === 503 && SAFE.has(request.method));
      // A server that says "at once" is not asked without a pause.
      const pause = isBusy ? Math.max(SHORTEST_PAUSE, retryAfter(answer) ?? Infinity) : Infinity;
      if (pause > left) return answer;
      left -= pause;
      await sleep(systemClock, pause, signal);
    }
  }

  /** Redirections of a reading request, at the same server: anything else is the caller's to decide. */
  async #follow(first: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#send(request, signal);
      const location = answer.headers.get('location');
      if (!REDIRECTS.has(answer.status) || location === undefined || !SAFE.has(request.method) || !URL.canParse(location, request.url.href)) return answer;
      const url = new URL(location, request.url);
      if (url.origin !== request.url.origin || redirects >= MOST_REDIRECTS) return answer;
      request = { ...request, url };
    }
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url } = request;
    const place = `${method} ${url.origin}${url.pathname}`;
    const outcome = SAFE.has(method) ? undefined : 'unknown';
    try {
      const { statusCode, headers, body } = await this.#dispatcher.request({
        ...this.#address(url), method, headers: Object.fromEntries(this.#headers(request)), body: request.body?.bytes ?? null, signal,
      });
      const answer = { status: statusCode, headers: headersOf(headers), body: await bytesOf(body, place, outcome) };
      if (statusCode === 407 && this.settings.proxy !== undefined && this.#isPassedOn(url)) throw refusedByProxy(this.settings.proxy.address, statusCode, url.host);
      return answer;
    } catch (error) {
      if (signal.aborted) throw signal.reason as Error;
      throw httpFailure(error, place, outcome);
    }
  }

  /** Whether the proxy is asked for the address itself, as it is where there is no TLS (RFC 9112, section 3.2.2). */
  #isPassedOn({ protocol }: URL): boolean {
    return protocol === 'http:' && this.settings.proxy !== undefined;
  }

  #address(url: URL): { readonly origin: string; readonly path: string } {
    const path = `${url.pathname}${url.search}`;
    return this.#isPassedOn(url) ? { origin: this.settings.proxy?.address.origin ?? '', path: `${url.origin}${path}` } : { origin: url.origin, path };
  }

  #headers({ url, headers, body }: HttpRequest): Map<string, string> {
    const all = new Map(headers);
    if (body !== undefined && !all.has('content-type')) all.set('content-type', body.contentType);
    if (this.#isPassedOn(url)) {
      const { authorization } = this.settings.proxy ?? {};
      all.set('host', url.host);
      if (authorization !== undefined) all.set('proxy-authorization', authorization);
    }
    return all;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy().catch(() => undefined);
  }
}

function withHeaders(request: HttpRequest, defaults: ReadonlyMap<string, string> = new Map(), authorization?: string): HttpRequest {
  const headers = new Map([...defaults].map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of request.headers) headers.set(name.toLowerCase(), value);
  if (authorization !== undefined && !headers.has('authorization')) headers.set('authorization', authorization);
  return { ...request, headers };
}

function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  return new Map(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]])));
}

async function bytesOf(stream: AsyncIterable<Uint8Array>, place: string, outcome: FailedWriteOutcome | undefined): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > LARGEST_ANSWER) throw new ConnectorError('connector', `${place}: the answer is larger than ${LARGEST_ANSWER} bytes; ask for less of it, page by page.`, { outcome });
    parts.push(part);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
