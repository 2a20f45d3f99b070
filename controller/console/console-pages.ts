import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerPages } from '../crest/server.js';
import type { Log } from '../log.js';
import type { ConsoleFiles } from './console-files.js';
import type { OidcPages } from './oidc/oidc-pages.js';
import { pageHeaders } from './page-headers.js';

export interface ConsolePageParts {
  readonly files: ConsoleFiles;
  readonly oidc: OidcPages | undefined;
  readonly log: Log;
}

/** `/console/` of the REST listener, and `/`, which leads there. */
export function consolePages(parts: ConsolePageParts): AnswerPages {
  return (message, response) => {
    const path = (message.url ?? '').split('?', 1)[0] ?? '';
    if (path !== '/' && path !== '/console' && !path.startsWith('/console/')) return false;
    answer(parts, path, message, response).catch((error: unknown) => {
      parts.log.error({ err: error, path }, 'a page of the console could not be answered');
      if (response.headersSent) response.destroy();
      else end(response, 500, 'The controller could not make this answer; its log says why.');
    });
    return true;
  };
}

async function answer({ files, oidc }: ConsolePageParts, path: string, message: IncomingMessage, response: ServerResponse): Promise<void> {
  pageHeaders(message, response);
  response.setHeader('Cache-Control', 'no-store');
  message.resume(); // no page reads a body
  if (message.method !== 'GET' && message.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return end(response, 405, 'Pages are read by GET.');
  }
  if (path === '/' || path === '/console') return redirect(response, '/console/');
  const name = path.slice('/console/'.length);
  if (name === 'sign-in-options') return json(response, { oidc: oidc !== undefined });
  if (name === 'oidc/begin' || name === 'oidc/return') return oidc === undefined ? end(response, 404, 'No identity provider is configured.') : oidc.answer(name, message, response);
  return serve(files, name, message, response);
}

async function serve(files: ConsoleFiles, name: string, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = await files.find(name);
  if (file === undefined) return end(response, 404, 'There is no such file.');
  response.setHeader('ETag', file.etag);
  response.setHeader('Cache-Control', file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (message.headers['if-none-match'] === file.etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const body = await file.body();
  response.setHeader('Content-Type', file.contentType);
  response.setHeader('Content-Length', body.length);
  response.end(message.method === 'HEAD' ? undefined : body);
}

/** `cookies`: Set-Cookie headers. */
export function redirect(response: ServerResponse, to: string, cookies: readonly string[] = []): void {
  response.statusCode = 302;
  response.setHeader('Location', to);
  for (const cookie of cookies) response.appendHeader('Set-Cookie', cookie);
  response.end();
}

function json(response: ServerResponse, body: object): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

export function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}
