import type { FakeAnswer, FakeRequest } from './exchange.js';

/** What goes wrong with one request. */
export interface Fault {
  readonly name: string;
  /** Answered instead of carrying the request out. */
  readonly instead?: FakeAnswer;
  /** Waited for before anything else: milliseconds, or until it resolves. */
  readonly wait?: number | Promise<unknown>;
  /** The connection is reset, before the request is carried out or after. */
  readonly reset?: 'before' | 'after';
  /** The request is carried out; the first half of the answer arrives, as if it were all. */
  readonly truncated?: boolean;
}

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/login" method="post"><input name="user"><input name="password" type="password"></form></body></html>';
const ERROR_PAGE_BYTES = 10 * 1024 ** 2;
const html = (status: number, body: string): FakeAnswer => ({ status, body, headers: { 'content-type': 'text/html; charset=utf-8' } });
const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): FakeAnswer => ({ status, body, headers });

/** Everything a service is known to do instead of answering. */
export const fault = {
  unauthorized: (): Fault => ({ name: '401', instead: json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer error="invalid_token"' }) }),
  forbidden: (body: unknown = { error: 'forbidden' }): Fault => ({ name: '403', instead: json(403, body) }),
  /** `retryAfter`: seconds, or a date in IMF form; `headers`: what a service says about its limit instead or besides. */
  tooMany: (retryAfter?: number | string, headers: Readonly<Record<string, string>> = {}): Fault => ({
    name: '429', instead: json(429, { error: 'too many requests' }, { ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }), ...headers }),
  }),
  serverError: (status: 500 | 502 | 503 | 504 = 500, headers: Readonly<Record<string, string>> = {}): Fault => ({ name: String(status), instead: json(status, { error: 'server error' }, headers) }),
  slow: (wait: number | Promise<unknown>): Fault => ({ name: 'slow', wait }),
  /** Never answers; ends with the connection. */
  hung: (): Fault => ({ name: 'hung', wait: new Promise(() => undefined) }),
  truncatedJson: (): Fault => ({ name: 'truncated JSON', truncated: true }),
  loginPage: (): Fault => ({ name: 'login page with 200', instead: html(200, LOGIN_PAGE) }),
  redirectToLogin: (location = '/login?return=%2F'): Fault => ({ name: 'redirect to a login page', instead: { status: 302, headers: { location } } }),
  errorBody: (body: unknown = { success: false, error: { code: 'INTERNAL', message: 'something went wrong' } }): Fault => ({ name: '200 with an error body', instead: json(200, body) }),
  hugeErrorPage: (status = 500): Fault => ({ name: '10 MB error page', instead: html(status, `<html><body>${'x'.repeat(ERROR_PAGE_BYTES)}</body></html>`) }),
  resetBefore: (): Fault => ({ name: 'reset before', reset: 'before' }),
  resetAfter: (): Fault => ({ name: 'reset after', reset: 'after' }),
  answer: (instead: FakeAnswer): Fault => ({ name: 'answer', instead }),
} as const;

export interface FaultChoice {
  /** Requests it happens to. @default 1 */
  readonly times?: number;
  /** Which ones: the start of `METHOD /path`, or a rule. @default any but those for tokens */
  readonly on?: string | ((request: FakeRequest) => boolean);
}

interface Switched { readonly fault: Fault; left: number; readonly matches: (request: FakeRequest) => boolean }

/** Faults switched on, in the order they were; a request takes the first that fits. */
export class Faults {
  readonly #switched: Switched[] = [];
  readonly #isForTokens: (request: FakeRequest) => boolean;

  constructor(isForTokens: (request: FakeRequest) => boolean) {
    this.#isForTokens = isForTokens;
  }

  next(fault: Fault, { times = 1, on }: FaultChoice = {}): void {
    const matches = typeof on === 'function' ? on
      : on === undefined ? (request: FakeRequest): boolean => !this.#isForTokens(request)
        : ({ method, path }: FakeRequest): boolean => `${method} ${path}`.startsWith(on);
    this.#switched.push({ fault, left: times, matches });
  }

  always(fault: Fault, { on }: Pick<FaultChoice, 'on'> = {}): void {
    this.next(fault, { times: Infinity, ...(on === undefined ? {} : { on }) });
  }

  clear(): void {
    this.#switched.length = 0;
  }

  /** Of those switched on with `next`, how many have not happened yet. */
  get left(): number {
    return this.#switched.reduce((sum, { left }) => sum + (left === Infinity ? 0 : left), 0);
  }

  take(request: FakeRequest): Fault | undefined {
    const found = this.#switched.find(({ left, matches }) => left > 0 && matches(request));
    if (found !== undefined) found.left--;
    return found?.fault;
  }
}
