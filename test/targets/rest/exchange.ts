/** A request as a fake service sees it. */
export interface FakeRequest {
  readonly method: string;
  /** As sent, escapes and all, without the query. */
  readonly path: string;
  /** What the route's `{names}` stood for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** JSON or a form, parsed; the text itself where it is neither, undefined where there is none. */
  readonly body: unknown;
  /** Scheme, host and port it was sent to. */
  readonly origin: string;
  /** Address it came from. */
  readonly from?: string | undefined;
}

/** What a handler answers. A body that is no text goes out as JSON. */
export interface FakeAnswer {
  /** @default 200, or 204 without a body */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type FakeHandler = (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>;

/** Thrown by a handler to answer so at once. */
export class Refusal extends Error {
  readonly answer: FakeAnswer;

  constructor(status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`answered ${status}`);
    this.answer = { status, body, headers };
  }
}

/** Sees every exchange; what it returns is what is wrong with it, in sentences. */
export interface ExchangeObserver {
  onRequest(request: FakeRequest): readonly string[];
  /** Only for answers of the fake's own handlers, not for injected faults. */
  onAnswer(request: FakeRequest, answer: WireAnswer): readonly string[];
}

/** An answer as it goes out. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export function toWire({ body, headers = {}, status = body === undefined ? 204 : 200 }: FakeAnswer): WireAnswer {
  if (body === undefined) return { status, headers: lowerCase(headers), text: '' };
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return { status, headers: { 'content-type': type, ...lowerCase(headers) }, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The body by its content type; a form's repeated names come as arrays. Refuses JSON that is none with 400. */
export function parseBody(text: string, contentType = ''): unknown {
  if (text === '') return undefined;
  if (contentType.includes('json')) {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new Refusal(400, { error: `the body is not JSON: ${(error as Error).message}` });
    }
  }
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return text;
  const form = new URLSearchParams(text);
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, form.getAll(name).length > 1 ? form.getAll(name) : form.get(name)]));
}
