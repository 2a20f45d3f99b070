import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TraceSpan, Tracer } from '../../protocol/model/index.js';

/** The resources there are; of anything else a path may begin with, nothing is shown. */
const RESOURCES: ReadonlySet<string> = new Set(['system', 'config', 'recon', 'repo']);
/** What the segments of `system/…` are called. */
const OF_SYSTEM = ['{system}', '{type}', '{id}'];

/**
 * The span of one REST request, by OpenTelemetry's conventions for HTTP servers
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server), but without `url.path`: ids of objects are in it.
 * It goes on with the trace the caller is in. `startedAt`: milliseconds since 1970.
 */
export function beginRequestSpan(tracer: Tracer, message: IncomingMessage, { method, path, startedAt, requestId }: { readonly method: string; readonly path: readonly string[]; readonly startedAt: number; readonly requestId: string }): TraceSpan {
  const { traceparent } = message.headers;
  const route = routeOf(path);
  const known = /^[A-Z]{1,10}$/.test(method) ? method : '_OTHER';
  return tracer.start(`${known} ${route}`, {
    kind: 'server', startedAt, parent: typeof traceparent === 'string' ? traceparent : undefined,
    attributes: { 'http.request.method': known, 'http.route': route, 'url.scheme': 'encrypted' in message.socket ? 'https' : 'http', 'causeway.request_id': requestId },
  });
}

/** Probes ask for `info` all the time, and need no login for it. */
export function isTraced([first]: readonly string[]): boolean {
  return first !== 'info';
}

/** Ends it. The words of a failure are not in it. */
export function endRequestSpan(span: TraceSpan | undefined, { statusCode }: Pick<ServerResponse, 'statusCode'>, failure: { readonly code: number } | undefined): void {
  if (span === undefined) return;
  const code = failure?.code ?? statusCode;
  span.set({ 'http.response.status_code': code });
  // A caller's mistake is no failure of the server's.
  span.end(code >= 500 ? { code } : undefined);
}

/** Of log lines, by the names OpenTelemetry gives them. */
export function traceFields(span: TraceSpan | undefined): { readonly trace_id?: string; readonly span_id?: string } {
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

function routeOf([first = '', ...rest]: readonly string[]): string {
  if (!RESOURCES.has(first)) return '/openidm';
  const names = first === 'system' ? OF_SYSTEM : ['{id}', '{id}', '{id}'];
  return `/openidm/${[first, ...rest.slice(0, names.length).map((_segment, index) => names[index])].join('/')}`;
}
