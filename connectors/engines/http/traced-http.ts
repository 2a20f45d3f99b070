import { tracedRequest } from '../../framework/operation-spans.js';
import type { HttpAnswer, HttpRequest } from './http-client.js';
import { portOf } from './http-settings.js';

/** Methods of RFC 9110 and RFC 5789; anything else counts as another, so that names of spans stay few. */
const KNOWN: ReadonlySet<string> = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/**
 * One request and its answer as a span, by OpenTelemetry's conventions for HTTP clients
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span), but for one thing: paths hold ids and names of
 * people, so of the path only what is configured or written in a connector's definition is shown.
 */
export function tracedHttp(request: HttpRequest, base: URL | undefined, signal: AbortSignal, send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const method = KNOWN.has(request.method) ? request.method : '_OTHER';
  const template = request.template?.split('?', 1)[0];
  const name = template === undefined ? method : `${method} ${template}`;
  return tracedRequest(signal, name, () => ({
    kind: 'client',
    attributes: {
      'http.request.method': method, 'server.address': request.url.hostname, 'server.port': portOf(request.url),
      'url.full': shownUrl(request.url, base, template), 'url.template': template,
    },
  }), async (span) => {
    const answer = await send();
    span?.set({ 'http.response.status_code': answer.status, ...(answer.status >= 400 ? { 'error.type': String(answer.status) } : {}) });
    return answer;
  });
}

/** Without credentials, query, and what of the path may be a value. */
function shownUrl(url: URL, base: URL | undefined, template: string | undefined): string {
  const isBelow = base !== undefined && url.origin === base.origin;
  const start = isBelow ? base.pathname.replace(/\/$/, '') : '';
  if (isBelow && template !== undefined) return `${url.origin}${start}${template}`;
  const known = isBelow && (url.pathname === base.pathname || url.pathname.startsWith(`${start}/`)) ? start : '';
  return url.pathname === known || url.pathname === `${known}/` ? `${url.origin}${url.pathname}` : `${url.origin}${known}/...`;
}
