import { CausewayError, plainMessage } from './client-error.js';

/** Who asks. A session is that of the browser's cookie. */
export type Authentication =
  | { readonly user: string; readonly password: string }
  /** A function is asked for each request, so that tokens may be renewed. */
  | { readonly bearer: string | (() => string | Promise<string>) }
  | { readonly session: true | { readonly cookie: string } };

export interface ClientOptions {
  /** Of the controller, such as `https://controller.example.com`; what is behind it is kept, and `/openidm` added. */
  readonly url: string | URL;
  readonly authentication: Authentication;
  /** Milliseconds until an answer has to be there; of streams, the time without anything new. @default 60000 */
  readonly timeout?: number | undefined;
  /** In place of the global one: for proxies and private authorities. */
  readonly fetch?: typeof fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, in place of the client's. */
  readonly timeout?: number | undefined;
}

export interface Request extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments behind the context path; they are encoded here. */
  readonly path: readonly string[];
  readonly parameters?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: unknown;
  /** Making it twice is the same as making it once. @default true for GET */
  readonly isRepeatable?: boolean | undefined;
}

const DEFAULT_TIMEOUT = 60_000;

/** Slashes at its end taken off, in time that grows with the text alone. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Requests to one controller: by fetch, in Node and in browsers. */
export class Transport {
  readonly #base: string;
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    const url = new URL(options.url);
    if (url.username !== '' || url.password !== '') throw new TypeError('The name and password belong into authentication, not into the url.');
    this.#base = `${url.origin}${withoutSlashes(url.pathname).replace(/\/openidm$/, '')}/openidm`;
    this.#options = options;
  }

  /** The body of the answer, parsed; undefined for none. Rejects with a {@link CausewayError}, or with the reason of the caller's signal. */
  async json<T>(request: Request): Promise<T> {
    return this.#answered(request, async (response) => {
      const body = await response.text();
      if (body === '') return undefined as T;
      try {
        return JSON.parse(body) as T;
      } catch (error) {
        throw new CausewayError('unreadable', 'The answer is no JSON; is this the address of a controller?', { ...factsOf(request), status: response.status, cause: error });
      }
    });
  }

  /** The body as it comes. Ends with an error when it is cut off, or nothing comes for the time of the call. */
  async* chunks(request: Request): AsyncGenerator<Uint8Array, void, void> {
    const clock = new Patience(request.signal, request.timeout ?? this.#options.timeout ?? DEFAULT_TIMEOUT);
    try {
      const response = await this.#send(request, clock.signal);
      const reader = (response.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() })).getReader();
      try {
        for (;;) {
          clock.again();
          const step = await reader.read();
          // The reader of the chunks may take as long as it likes.
          clock.rest();
          if (step.done) return;
          yield step.value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    } catch (error) {
      throw clock.failure(error, request);
    } finally {
      clock.rest();
    }
  }

  async #answered<T>(request: Request, use: (response: Response) => Promise<T>): Promise<T> {
    const clock = new Patience(request.signal, request.timeout ?? this.#options.timeout ?? DEFAULT_TIMEOUT);
    clock.again();
    try {
      return await use(await this.#send(request, clock.signal));
    } catch (error) {
      throw clock.failure(error, request);
    } finally {
      clock.rest();
    }
  }

  async #send(request: Request, signal: AbortSignal): Promise<Response> {
    signal.throwIfAborted();
    const { authentication, fetch: send = fetch } = this.#options;
    const response = await send(this.#urlOf(request), {
      method: request.method, signal, redirect: 'error',
      credentials: 'session' in authentication && authentication.session === true ? 'include' : 'omit',
      headers: {
        Accept: '*/*', 'X-Requested-With': 'causeway-client', ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...await credentials(authentication), ...Object.fromEntries(Object.entries(request.headers ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    if (response.ok) return response;
    throw await refusal(response, request);
  }

  #urlOf({ path, parameters = {} }: Request): string {
    const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`]));
    return `${this.#base}/${path.map((segment) => encodeURIComponent(segment)).join('/')}${given.length === 0 ? '' : `?${given.join('&')}`}`;
  }
}

async function credentials(authentication: Authentication): Promise<Record<string, string>> {
  if ('bearer' in authentication) return { Authorization: `Bearer ${typeof authentication.bearer === 'string' ? authentication.bearer : await authentication.bearer()}` };
  if ('session' in authentication) return authentication.session === true ? {} : { Cookie: `session-jwt=${authentication.session.cookie}` };
  // Headers are Latin-1; the controller reads names beyond it in this form (RFC 8187).
  return { 'X-OpenIDM-Username': headerText(authentication.user), 'X-OpenIDM-Password': headerText(authentication.password) };
}

function headerText(text: string): string {
  // No regular expressions: an engine keeps what it matched last, and this may be a password.
  const isAscii = Array.from(text).every((character) => character >= ' ' && character <= '~');
  const start = text.slice(0, 11).toLowerCase();
  const isPlain = isAscii && text.trim() === text && !start.startsWith("utf-8'") && !start.startsWith("iso-8859-1'");
  return isPlain ? text : `UTF-8''${encodeURIComponent(text)}`;
}

async function refusal(response: Response, request: Request): Promise<CausewayError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { message, reason, detail } = typeof body === 'object' && body !== null ? body as Readonly<Record<string, unknown>> : {};
  return new CausewayError('refused', typeof message === 'string' ? plainMessage(message) : `The controller answered ${response.status}`, {
    ...factsOf(request), status: response.status, reason: typeof reason === 'string' ? reason : undefined, detail, requestId: response.headers.get('X-Request-ID') ?? undefined,
  });
}

function factsOf({ isRepeatable, method }: Request): { readonly isRepeatable: boolean } {
  return { isRepeatable: isRepeatable ?? method === 'GET' };
}

/** The caller's signal and a time limit, told apart when one of them has fired. */
class Patience {
  readonly #own = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #limit: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly signal: AbortSignal;

  constructor(caller: AbortSignal | undefined, limit: number) {
    this.#caller = caller;
    this.#limit = limit;
    // eslint-disable-next-line no-restricted-properties -- both are held by this object, and it by its timer and its request
    this.signal = caller === undefined ? this.#own.signal : AbortSignal.any([caller, this.#own.signal]);
    this.again();
  }

  again(): void {
    this.rest();
    this.#timer = setTimeout(() => this.#own.abort(), this.#limit);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  failure(error: unknown, request: Request): unknown {
    if (error instanceof CausewayError) return error;
    if (this.#caller?.aborted === true) return this.#caller.reason;
    if (this.#own.signal.aborted) return new CausewayError('timeout', `Nothing came from the controller within ${this.#limit} ms`, { ...factsOf(request), cause: error });
    return new CausewayError('unreachable', `The controller could not be reached: ${wordsOf(error)}`, { ...factsOf(request), cause: error });
  }
}

/** Fetch says only that it failed; why is behind it. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
