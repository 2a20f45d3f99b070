import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { FailedWriteOutcome } from '../../../protocol/model/index.js';
import { sleep, systemClock } from '../../framework/clock.js';
import { toldWait } from '../../framework/target-waits.js';
import type { HttpTrafficAnswer } from '../../framework/traffic.js';
import { limited, wholeBody, type StreamedAnswer } from './answer-body.js';
import { ACCEPTED_ENCODINGS, decodedBody } from './content-encoding.js';
import { noAuthentication, type Credentials, type HttpAuthentication } from './http-authentication.js';
import { connectionsFor, refusedByProxy } from './http-connections.js';
import { httpFailure } from './http-errors.js';
import { isLostConnection, isReading, withRetries } from './http-retry.js';
import { portOf, type HttpSettings } from './http-settings.js';
import type { Place, Throttle } from './limits/throttle.js';
import { retryAfter } from './retry-after.js';
import { tracedHttp } from './traced-http.js';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body?: { readonly bytes: Uint8Array; readonly contentType: string } | undefined;
  /** Without the client's authentication and headers: of a token. */
  readonly bare?: boolean | undefined;
  /** PUT and DELETE: whether a second time does no harm, should nobody know what became of the first. See ./http-retry.ts. */
  readonly repeatable?: boolean | undefined;
  /** Changes nothing at the server, whatever its method, as a search by POST does: it is repeated as a GET is, and no failure of it leaves anything open. */
  readonly reads?: boolean | undefined;
  /** Bytes the answer may have, decoded. @default 32 MiB */
  readonly largestAnswer?: number | undefined;
  /** What rate limits count it as, see `RequestLimits.kindOf`. */
  readonly kind?: string | undefined;
  /** Its path with names in the place of values, below `settings.address`: `/users/{uid}`. All that traces show of its path. */
  readonly template?: string | undefined;
  /** What it waits in line with for its turn. @default the signal, which is that of the operation */
  readonly lane?: unknown;
}

/** One whose good answer is handed on while it arrives. */
interface StreamRequest extends HttpRequest {
  readonly arriving?: ((answer: StreamedAnswer) => void) | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case; several of one name are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** The Set-Cookie headers, each for itself: they have commas of their own. */
  readonly cookies?: readonly string[] | undefined;
  readonly body: Uint8Array;
  /** Milliseconds the rate limit of the client holds requests back, after an answer 429. */
  readonly refusedFor?: number | undefined;
}

/** An answer, and what the authentication had added to the request it is for. */
interface Attempt {
  readonly answer: HttpAnswer;
  readonly used: Credentials;
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
    if (request.bare === true || !isOwn) return (await this.#follow(withHeaders(request), noAuthentication, signal)).answer;
    const { authentication, headers } = this.settings;
    const whole = withHeaders(request, headers);
    const { answer, used } = await this.#patiently(whole, authentication, signal);
    return await authentication.answered(answer, used, signal) ? (await this.#patiently(whole, authentication, signal)).answer : answer;
  }

  /** Repeats what the server was too busy for, when it says: 429 refuses the request, 503 may come from a proxy that had sent it on. */
  async #patiently(request: HttpRequest, authentication: HttpAuthentication, signal: AbortSignal): Promise<Attempt> {
    for (let left = this.settings.patience ?? 0; ;) {
      const attempt = await this.#follow(request, authentication, signal);
      const { answer } = attempt;
      const isBusy = answer.status === 429 || (answer.status === 503 && isReading(request));
      // A server that says "at once" is not asked without a pause.
      const pause = isBusy ? Math.max(SHORTEST_PAUSE, answer.refusedFor ?? retryAfter(answer) ?? Infinity) : Infinity;
      if (pause > left) return attempt;
      left -= pause;
      await toldWait(this.settings.waits, answer.status === 429 ? '429' : '503', () => sleep(this.settings.clock ?? systemClock, pause, signal));
    }
  }

  /** Redirections of a reading request, at the same server: anything else is the caller's to decide. */
  async #follow(first: HttpRequest, authentication: HttpAuthentication, signal: AbortSignal): Promise<Attempt> {
    let request = first;
    for (let redirects = 0; ; redirects++) {
      const attempt = await this.#attempt(request, authentication, signal);
      const { answer } = attempt;
      const location = answer.headers.get('location');
      if (!REDIRECTS.has(answer.status) || location === undefined || !SAFE.has(request.method) || !URL.canParse(location, request.url.href)) return attempt;
      const url = new URL(location, request.url);
      if (url.origin !== request.url.origin || redirects >= MOST_REDIRECTS) return attempt;
      request = { ...request, url };
    }
  }

  /** Waits for its turn, signs and sends; each repetition anew, for tokens expire and signatures hold the time. */
  async #attempt(request: HttpRequest, authentication: HttpAuthentication, signal: AbortSignal): Promise<Attempt> {
    const { retry, clock, waits } = this.settings;
    let used: Credentials = new Map();
    const send = async (): Promise<HttpAnswer> => {
      const turn = await this.#throttle(request)?.pass(request, signal);
      try {
        const added = await authentication.headers(request, signal);
        used = new Map([...added].filter(([name]) => !request.headers.has(name)));
        return await this.#send({ ...request, headers: new Map([...request.headers, ...used]) }, signal, turn);
      } finally {
        turn?.failed();                                  // without effect once there was an answer
      }
    };
    return { answer: await (retry === undefined ? send() : withRetries(request, send, signal, retry, clock, waits)), used };
  }

  /**
   * As `request`, but the body of a good answer (2xx) is read while it arrives, by the caller. That of any other is held, so that the
   * connection is free. Abort, and leaving the body early, end the connection.
   */
  async stream(request: HttpRequest, signal: AbortSignal, permitTarget = this.settings.permitTarget): Promise<StreamedAnswer> {
    let streamed: StreamedAnswer | undefined;
    const asked: StreamRequest = { ...request, arriving: (answer) => { streamed = answer; } };
    const { status, headers, body } = await this.request(asked, signal, permitTarget);
    return streamed ?? { status, headers, body: Readable.from([body]), place: placeOf(request) };
  }

  #send(request: StreamRequest, signal: AbortSignal, turn: Place | undefined): Promise<HttpAnswer> {
    return tracedHttp(request, this.settings.address, signal, () => this.#exchange(request, signal, turn));
  }

  async #exchange(request: StreamRequest, signal: AbortSignal, turn: Place | undefined): Promise<HttpAnswer> {
    const { method, url } = request;
    const place = placeOf(request);
    const outcome = outcomeOf(request);
    try {
      const response = await this.#dispatched(request, {
        ...this.#address(url), method, headers: Object.fromEntries(this.#headers(request)), body: request.body?.bytes ?? null, signal,
      });
      const head = { status: response.statusCode, headers: headersOf(response.headers), cookies: [response.headers['set-cookie'] ?? []].flat() };
      const answer = await this.#judged(head, turn, () => received(request, head, response.body, signal));
      if (answer.status === 407 && this.settings.proxy !== undefined && this.#isPassedOn(url)) throw refusedByProxy(this.settings.proxy.address, answer.status, url.host);
      return answer;
    } catch (error) {
      if (signal.aborted) throw signal.reason as Error;
      throw httpFailure(error, place, outcome);
    }
  }

  /**
   * A server may close a kept connection at any time. undici sends nothing over one that is known to be closed (its "idle socket
   * validation"), so that this is about those which close just then. With a policy the caller repeats the request, in its turn.
   */
  async #dispatched(request: StreamRequest, options: Dispatcher.RequestOptions): Promise<HttpTrafficAnswer> {
    try {
      return await this.#passed(request, options);
    } catch (error) {
      if (this.settings.retry !== undefined || !isReading(request) || !isLostConnection(error)) throw error;
      return this.#passed(request, options);
    }
  }

  async #passed(request: StreamRequest, options: Dispatcher.RequestOptions): Promise<HttpTrafficAnswer> {
    const send = (): Promise<HttpTrafficAnswer> => this.#dispatcher.request(options);
    const { traffic } = this.settings;
    if (traffic?.http === undefined) return send();
    const { method, url, headers, body, bare = false } = request;
    return traffic.http({ method, url, headers, body: body?.bytes, reads: isReading(request) || bare }, send);
  }

  /** Tells the throttle of the answer: at once, or after its body where that may make it a refusal for being asked too often. */
  async #judged(head: Omit<HttpAnswer, 'body'>, turn: Place | undefined, read: () => Promise<Uint8Array>): Promise<HttpAnswer> {
    const { isThrottled } = this.settings;
    if (isThrottled === undefined || head.status < 400 || head.status > 499) return { ...head, refusedFor: turn?.answered(head), body: await read() };
    const body = await read();
    const counted = isThrottled({ ...head, body }) ? { ...head, status: 429 } : head;
    return { ...counted, refusedFor: turn?.answered(counted), body };
  }

  /** Limits are of the client's own server; tokens have others. */
  #throttle({ bare, url }: HttpRequest): Throttle | undefined {
    return bare === true || url.origin !== this.settings.address?.origin ? undefined : this.settings.throttle;
  }

  /** Whether the proxy is asked for the address itself, as it is where there is no TLS (RFC 9112, section 3.2.2). */
  #isPassedOn({ protocol }: URL): boolean {
    return protocol === 'http:' && this.settings.proxy !== undefined;
  }

  #address(url: URL): { readonly origin: string; readonly path: string } {
    const path = `${url.pathname}${url.search}`;
    return this.#isPassedOn(url) ? { origin: this.settings.proxy?.address.origin ?? '', path: `${url.origin}${path}` } : { origin: url.origin, path };
  }

  #headers({ url, headers }: HttpRequest): Map<string, string> {
    const all = new Map(headers);
    // What is looked at on its way has to be readable.
    if (this.settings.compression !== false && this.settings.traffic?.http === undefined && !all.has('accept-encoding')) all.set('accept-encoding', ACCEPTED_ENCODINGS);
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

/** The request as it is sent but for its credentials, names of headers in lower case. */
function withHeaders(request: HttpRequest, defaults: ReadonlyMap<string, string> = new Map()): HttpRequest {
  const headers = new Map([...defaults, ...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
  if (request.body !== undefined && !headers.has('content-type')) headers.set('content-type', request.body.contentType);
  return { ...request, headers };
}

function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  return new Map(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]])));
}

/** The method and the address without its query, which may hold what nobody else is to read. */
function placeOf({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  return `${method} ${url.origin}${url.pathname}`;
}

function outcomeOf(request: Pick<HttpRequest, 'method' | 'reads'>): FailedWriteOutcome | undefined {
  return isReading(request) ? undefined : 'unknown';
}

/** The body of an answer; none, where the caller is to read it. */
async function received(request: StreamRequest, head: Pick<HttpAnswer, 'status' | 'headers'>, body: Readable, signal: AbortSignal): Promise<Uint8Array> {
  const limit = { place: placeOf(request), outcome: outcomeOf(request), largest: request.largestAnswer ?? LARGEST_ANSWER };
  const decoded = decodedBody(body, head.headers.get('content-encoding'), limit.place, limit.outcome);
  if (request.arriving === undefined || head.status < 200 || head.status >= 300) return wholeBody(decoded, limit, { maybeCut: head.status >= 400 });
  request.arriving({ status: head.status, headers: head.headers, place: limit.place, body: arriving(limited(decoded, limit), { ...limit, signal }) });
  return new Uint8Array();
}

async function* arriving(body: AsyncIterable<Uint8Array>, { place, outcome, signal }: { readonly place: string; readonly outcome: FailedWriteOutcome | undefined; readonly signal: AbortSignal }): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body;
  } catch (error) {
    if (signal.aborted) throw signal.reason as Error;
    throw httpFailure(error, place, outcome);
  }
}
