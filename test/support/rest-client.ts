import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { keepText } from './evidence.js';

export type Json = Record<string, unknown>;

export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

export interface RestRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds. @default 60000 */
  readonly timeout?: number;
  /** The answer holds a secret the test reads back on purpose: it is not searched for secrets. */
  readonly showsSecret?: boolean;
}

/** What came of a streamed query. */
export interface StreamedQuery {
  readonly status: number;
  /** Objects seen, counted as they came by; none is kept. */
  readonly objects: number;
  /** The members behind the result list, when the body is whole JSON: `resultCount`, cookie, totals or `error`. */
  readonly end: Json | undefined;
  /** How reading failed: the connection was cut before the body ended. */
  readonly cut: string | undefined;
  readonly bytes: number;
  /** Milliseconds to the first object, and to the end. */
  readonly firstObject: number;
  readonly duration: number;
}

export interface StreamOptions {
  /** Called with the number of objects seen so far whenever data came; its promise holds back the reading. */
  readonly onProgress?: (objects: number) => void | Promise<void>;
  readonly timeout?: number;
}

const OBJECT_START = Buffer.from('{"_id":');
/** Behind the last object there are a few counts and a cookie. */
const TAIL_BYTES = 8_192;

/** The system API as any client sees it, with the administrator's headers. */
export class RestClient {
  readonly base: string;
  readonly credentials: Readonly<Record<string, string>>;

  constructor(base: string, user: string, password: string) {
    this.base = base;
    this.credentials = { 'X-OpenIDM-Username': user, 'X-OpenIDM-Password': password };
  }

  /** Any request, with its answer whatever the status. Rejects when the connection fails. */
  async send(path: string, { method = 'GET', body, headers = {}, timeout = 60_000, showsSecret = false }: RestRequest = {}): Promise<RestAnswer> {
    const answer = await this.#open(path, method, { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers }, body, timeout);
    const parts: Buffer[] = [];
    for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    if (!showsSecret) keepAnswer(answer, text);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Json };
  }

  /** The body of a 2xx answer; anything else is an error with the answer in its message. */
  async ok(path: string, options: RestRequest = {}): Promise<Json> {
    const { status, body } = await this.send(path, options);
    if (status < 200 || status > 299) throw new Error(`${options.method ?? 'GET'} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  post(path: string, body: unknown = {}): Promise<Json> {
    return this.ok(path, { method: 'POST', body });
  }

  /** Reads a query of any size in constant memory. Never rejects for a body that breaks off; see {@link StreamedQuery.cut}. */
  async stream(path: string, { onProgress, timeout = 600_000 }: StreamOptions = {}): Promise<StreamedQuery> {
    const startedAt = performance.now();
    const answer = await this.#open(path, 'GET', {}, undefined, timeout);
    const counter = new ObjectCounter();
    let firstObject = 0;
    let cut: string | undefined;
    try {
      for await (const part of answer as AsyncIterable<Buffer>) {
        counter.take(part);
        if (firstObject === 0 && counter.objects > 0) firstObject = performance.now() - startedAt;
        const progress = onProgress?.(counter.objects);
        if (progress !== undefined) await progress;
      }
    } catch (error) {
      cut = error instanceof Error ? error.message : String(error);
    }
    keepAnswer(answer, counter.tail);
    return { status: answer.statusCode ?? 0, objects: counter.objects, end: counter.end(), cut, bytes: counter.bytes, firstObject, duration: performance.now() - startedAt };
  }

  #open(path: string, method: string, headers: Readonly<Record<string, string>>, body: unknown, timeout: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = { method, headers: { ...this.credentials, ...headers }, agent: false, signal: AbortSignal.timeout(timeout) };
      const sent = request(new URL(path, this.base), options, resolve);
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }
}

function keepAnswer({ statusCode = 0, rawHeaders }: IncomingMessage, text: string): void {
  keepText(statusCode < 400 ? 'answers' : 'errors', 'rest', `${statusCode} ${JSON.stringify(rawHeaders)} ${text}`);
}

/** Counts objects by their first bytes: a quote inside a value is written `\"`, so the pattern occurs nowhere else. */
class ObjectCounter {
  objects = 0;
  bytes = 0;
  #carry: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);

  take(part: Buffer): void {
    this.bytes += part.length;
    const window = Buffer.concat([this.#carry, part]);
    for (let at = window.indexOf(OBJECT_START); at >= 0; at = window.indexOf(OBJECT_START, at + OBJECT_START.length)) this.objects += 1;
    this.#carry = window.subarray(Math.max(0, window.length - OBJECT_START.length + 1));
    this.#tail = Buffer.concat([this.#tail, part]).subarray(-TAIL_BYTES);
  }

  get tail(): string {
    return this.#tail.toString('utf8');
  }

  end(): Json | undefined {
    const text = this.tail;
    const at = text.lastIndexOf('],"resultCount":');
    if (at < 0) return undefined;
    try {
      return JSON.parse(`{${text.slice(at + 2)}`) as Json;
    } catch {
      return undefined;
    }
  }
}
