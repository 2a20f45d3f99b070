import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { ConnectorError, type PermitTarget } from '../../../protocol/model/index.js';
import type { HttpAuthentication } from './http-authentication.js';
import { httpFailure } from './http-errors.js';

export interface HttpSettings {
  /** Where relative addresses begin; undefined: there are none. */
  readonly address?: URL | undefined;
  readonly proxy?: { readonly address: URL; readonly authorization?: string | undefined } | undefined;
  /** Of each request, unless it has its own; by name. */
  readonly headers?: ReadonlyMap<string, string> | undefined;
  readonly authentication: HttpAuthentication;
  /** Connections to one server at a time. @default 20 */
  readonly connections?: number | undefined;
  /** Milliseconds. @default 10,000 to connect; 60,000 until the head of the answer, and between two parts of it */
  readonly timeouts?: { readonly connect?: number | undefined; readonly answer?: number | undefined } | undefined;
  /** PEM of authorities to trust besides the system's. */
  readonly certificates?: readonly string[] | undefined;
  /** For servers that ask for one; PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
  readonly permitTarget?: PermitTarget | undefined;
}

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
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Connections to HTTP servers, kept open between requests. TLS is verified. */
export class HttpClient {
  readonly settings: HttpSettings;
  readonly #dispatcher: Dispatcher;
  readonly #undici: typeof import('undici');

  private constructor(settings: HttpSettings, dispatcher: Dispatcher, undici: typeof import('undici')) {
    this.settings = settings;
    this.#dispatcher = dispatcher;
    this.#undici = undici;
  }

  /** Connects nowhere. */
  static async open(settings: HttpSettings): Promise<HttpClient> {
    const undici = await import('undici');
    const { proxy, connections = 20, certificates = [], clientCertificate, timeouts = {} } = settings;
    const tls = {
      ...(certificates.length === 0 ? {} : { ca: [...rootCertificates, ...certificates] }),
      ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
    };
    const common = { connections, headersTimeout: timeouts.answer ?? 60_000, bodyTimeout: timeouts.answer ?? 60_000 };
    const connect = { ...tls, timeout: timeouts.connect ?? 10_000 };
    const dispatcher = proxy === undefined
      ? new undici.Agent({ ...common, connect })
      : new undici.ProxyAgent({ ...common, uri: proxy.address.href, ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }), requestTls: connect, proxyTls: connect });
    return new HttpClient(settings, dispatcher, undici);
  }

  /** Every answer of the server counts, whatever its status. Rejects with a ConnectorError where there is none. */
  async request(request: HttpRequest, signal: AbortSignal, permitTarget = this.settings.permitTarget): Promise<HttpAnswer> {
    const isOwn = request.url.origin === this.settings.address?.origin;
    if (!isOwn) await permitTarget?.({ host: request.url.hostname, port: portOf(request.url) });
    if (request.bare === true || !isOwn) return this.#follow(request, signal);
    const { authentication } = this.settings;
    const authorization = await authentication.authorization(signal);
    const answer = await this.#follow(withHeaders(request, this.settings.headers, authorization), signal);
    const retry = await authentication.answered(answer, authorization, signal);
    return retry === undefined ? answer : this.#follow(withHeaders(request, this.settings.headers, retry), signal);
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

  async #send({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const place = `${method} ${url.origin}${url.pathname}`;
    try {
      const all = new Map(headers);
      if (body !== undefined && !all.has('content-type')) all.set('content-type', body.contentType);
      const { statusCode, headers: given, body: stream } = await this.#undici.request(url, {
        method: method, headers: Object.fromEntries(all), body: body?.bytes ?? null, signal, dispatcher: this.#dispatcher,
      });
      return { status: statusCode, headers: headersOf(given), body: await bytesOf(stream, place) };
    } catch (error) {
      if (signal.aborted) throw error;
      throw httpFailure(error, place);
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy().catch(() => undefined);
  }
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function withHeaders(request: HttpRequest, defaults: ReadonlyMap<string, string> = new Map(), authorization: string | undefined): HttpRequest {
  const headers = new Map([...defaults].map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of request.headers) headers.set(name.toLowerCase(), value);
  if (authorization !== undefined && !headers.has('authorization')) headers.set('authorization', authorization);
  return { ...request, headers };
}

function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  return new Map(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]])));
}

async function bytesOf(stream: AsyncIterable<Uint8Array>, place: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > LARGEST_ANSWER) throw new ConnectorError('connector', `${place}: the answer is larger than ${LARGEST_ANSWER} bytes; ask for less of it, page by page.`);
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
