import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { randomUUID } from 'node:crypto';
import { QueryParameters } from './query-parameters.js';
import { methodOf, readRequest, type ReadRequest } from './read-request.js';
import { ResourceError } from './resource-error.js';
import type { CallerContext, CrestAnswer, RequestHandler } from './request.js';
import { requestTarget, type RequestTarget } from './request-path.js';
import { streamFile } from './stream-file.js';
import { streamQuery } from './stream-query.js';
import { writeError, writeJsonAnswer, writeResource } from './write-answer.js';
import { beginRequestSpan, endRequestSpan, isTraced, traceFields } from './request-span.js';
import { extendedValue } from './headers.js';
import type { AnsweredRequest, RequestObserver } from './request-observer.js';
import type { TraceSpan, Tracer } from '../../protocol/model/index.js';
import type { Log } from '../log.js';

/** Who calls, by which session, and the cookies to answer with. */
export interface Caller extends Pick<CallerContext, 'roles' | 'session'> {
  readonly name: string;
  readonly cookies?: readonly string[] | undefined;
}

/** Finds out who calls and whether that one may. Throws a ResourceError (401, 403, 429). */
export type Authenticate = (message: IncomingMessage, method: string, target: RequestTarget) => Promise<Caller>;

/** Answers what is no REST request, the pages of the console; false: it is one. Never throws. */
export type AnswerPages = (message: IncomingMessage, response: ServerResponse) => boolean;

/** Sizes in bytes, times in milliseconds. */
export interface RestLimits {
  /** @default 8388608 */
  readonly maxBodyBytes: number;
  /** Longest a request other than a query may take. @default 300000 */
  readonly requestTimeout: number;
  /** A caller of a query who reads nothing for this long is cut off. @default 120000 */
  readonly stallTimeout: number;
  /** @default 1000 */
  readonly maxConnections: number;
}

export const DEFAULT_REST_LIMITS: RestLimits = { maxBodyBytes: 8 * 1024 * 1024, requestTimeout: 300_000, stallTimeout: 120_000, maxConnections: 1_000 };

export interface RestServerParts {
  readonly handler: RequestHandler;
  readonly authenticate: Authenticate;
  readonly pages?: AnswerPages | undefined;
  readonly log: Log;
  readonly limits: RestLimits;
  readonly observer?: RequestObserver | undefined;
  /** Records requests of callers that are known. Undefined: nobody traces. */
  readonly tracer?: Tracer | undefined;
  /** Set: HTTPS. */
  readonly tls?: ServerOptions | undefined;
}

/** An HTTP server that speaks CREST. The caller listens and closes. */
export function createRestServer(parts: RestServerParts): Server {
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    if (parts.pages?.(message, response) !== true) void answer(parts, message, response);
  };
  const options = { maxHeaderSize: 65_536, requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 10_000, noDelay: true };
  const server: Server = parts.tls === undefined ? createServer(options, onRequest) : createTlsServer({ ...options, ...parts.tls }, onRequest);
  server.maxConnections = parts.limits.maxConnections;
  return server;
}

/** Never rejects. */
async function answer(parts: RestServerParts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const transactionId = randomUUID();
  response.setHeader('X-Request-ID', transactionId);
  const log = parts.log.child({ transactionId });
  const startedAt = performance.now();
  const answered = parts.observer?.begin();
  let span: TraceSpan | undefined;
  let failed: ResourceError | undefined;
  const stop = new AbortController();
  const { requestTimeout } = parts.limits;
  let ends = performance.now() + requestTimeout;
  const deadline = setTimeout(() => stop.abort(new ResourceError(503, `The request took longer than ${requestTimeout} ms`)), requestTimeout);
  response.on('close', () => {
    if (!response.writableFinished) stop.abort(new ResourceError(408, 'The caller closed the connection'));
  });
  try {
    await serve(parts, message, response, {
      signal: stop.signal, transactionId,
      timeLeft: () => ends - performance.now(),
      withoutDeadline: () => {
        ends = Infinity;
        clearTimeout(deadline);
      },
      begin: (target) => {
        if (parts.tracer === undefined || !isTraced(target.path)) return undefined;
        span = beginRequestSpan(parts.tracer, message, { method: methodOf(message), path: target.path, startedAt: Date.now() - (performance.now() - startedAt), requestId: transactionId });
        // Of the draft of W3C Trace Context, level 2: https://www.w3.org/TR/trace-context-2/#traceresponse-header
        response.setHeader('traceresponse', span.traceParent);
        return span;
      },
    });
  } catch (error) {
    const failure = toResourceError(error);
    failed = failure;
    // A caller who left or fell asleep is no fault of ours.
    if (failure.code === 408) log.info({ method: message.method, reason: failure.message }, 'request given up');
    else if (failure.code >= 500 || response.headersSent) log.warn({ err: error, method: message.method, code: failure.code }, 'request failed');
    if (response.headersSent) response.destroy();
    else if (!response.destroyed) writeError(response, failure);
  } finally {
    clearTimeout(deadline);
    answered?.(answeredRequest(message, response, startedAt));
    endRequestSpan(span, response, failed);
    // Never the query string: it may hold a password (authenticate).
    const about = { method: message.method, path: (message.url ?? '').split('?', 1)[0], status: response.statusCode, ms: Math.round(performance.now() - startedAt), ...traceFields(span) };
    if (message.method === 'GET') log.debug(about, 'request');
    else log.info(about, 'request');
  }
}

interface Run {
  readonly signal: AbortSignal;
  readonly transactionId: string;
  readonly timeLeft: () => number;
  /** A query may take as long as its caller reads. */
  readonly withoutDeadline: () => void;
  /** The caller is known: what is done from now on is traced. */
  readonly begin: (target: RequestTarget) => TraceSpan | undefined;
}

function answeredRequest(message: IncomingMessage, response: ServerResponse, startedAt: number): AnsweredRequest {
  const wasCut = response.destroyed && !response.writableFinished;
  return { method: methodOf(message), resource: resourceOf(message), status: wasCut ? 0 : response.statusCode, milliseconds: performance.now() - startedAt };
}

function resourceOf({ url = '/' }: IncomingMessage): string {
  try {
    return requestTarget(url).path[0] ?? '';
  } catch {
    return '';
  }
}

function toResourceError(error: unknown): ResourceError {
  return error instanceof ResourceError ? error : new ResourceError(500, 'The controller failed; its log says why', { cause: error });
}

async function serve(parts: RestServerParts, message: IncomingMessage, response: ServerResponse, run: Run): Promise<void> {
  const target = requestTarget(message.url ?? '/');
  const caller = await parts.authenticate(message, methodOf(message), target);
  for (const cookie of caller.cookies ?? []) response.appendHeader('Set-Cookie', cookie);
  const span = run.begin(target);
  const read = await readRequest(message, target.path, new QueryParameters(target.search), parts.limits);
  if (read.request.kind === 'query') run.withoutDeadline();
  const context: CallerContext = {
    signal: run.signal, caller: caller.name, roles: caller.roles, session: caller.session, transactionId: run.transactionId, timeLeft: run.timeLeft, withoutDeadline: run.withoutDeadline, span,
    setCookie: (cookie) => { response.setHeader('Set-Cookie', cookie); },
    from: message.socket.remoteAddress,
    reauthPassword: extendedValue(message.headers['x-openidm-reauth-password']),
  };
  const result = await parts.handler(read.request, context);
  if (result.kind === 'query') {
    const form = { fields: read.request.fields, prettyPrint: read.prettyPrint, stallTimeout: parts.limits.stallTimeout, signal: run.signal };
    return streamQuery(response, result.rows, form, toResourceError);
  }
  if (result.kind === 'file') {
    run.withoutDeadline();
    return streamFile(response, result, { stallTimeout: parts.limits.stallTimeout, signal: run.signal });
  }
  writeAnswer(response, result, read, (path) => location(message, target, path));
}

function writeAnswer(
  response: ServerResponse, result: Exclude<CrestAnswer, { kind: 'query' | 'file' }>, read: ReadRequest, locate: (path: readonly string[]) => string,
): void {
  if (result.kind === 'resource') {
    const { resource, createdAt } = result;
    return writeResource(response, resource, {
      ...read, fields: read.request.fields, location: createdAt === undefined ? undefined : locate(createdAt),
    });
  }
  if (result.content !== undefined) return writeJsonAnswer(response, 200, result.content, read.prettyPrint);
  response.statusCode = 204;
  response.end();
}

function location(message: IncomingMessage, target: RequestTarget, path: readonly string[]): string {
  const scheme = 'encrypted' in message.socket ? 'https' : 'http';
  const host = message.headers.host ?? 'localhost';
  return `${scheme}://${host}${target.contextPath}/${path.map((segment) => encodeURIComponent(segment)).join('/')}`;
}
