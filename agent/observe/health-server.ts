import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthOptions {
  readonly port: number;
  readonly address: string;
  /** Asked anew for each request. */
  status(): { readonly ready: boolean } & object;
  /** For Prometheus, at `/metrics`. */
  metrics?: (() => Promise<{ readonly contentType: string; readonly body: string }>) | undefined;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Page { readonly code: number; readonly contentType: string; readonly body: string }

async function pageOf(path: string | undefined, { status, metrics }: HealthOptions): Promise<Page | undefined> {
  if (path === '/metrics' && metrics !== undefined) return { code: 200, ...await metrics() };
  const page = factsOf(path, status);
  return page && { code: page.code, contentType: 'application/json', body: `${JSON.stringify(page.content)}\n` };
}

function factsOf(path: string | undefined, status: HealthOptions['status']): { readonly code: number; readonly content: object } | undefined {
  if (path === '/livez') return { code: 200, content: { live: true } };
  if (path !== '/readyz' && path !== '/status') return undefined;
  const content = status();
  return { code: content.ready || path === '/status' ? 200 : 503, content };
}

/** `/livez`: the process answers. `/readyz`: it can do its work; 503 with the reasons when not. `/status`: the same facts, always 200. Meant for loopback. */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const page = await pageOf((request.url ?? '').split('?', 1)[0], options);
    const code = page === undefined ? 404 : isRead ? page.code : 405;
    const body = page === undefined || !isRead ? '' : page.body;
    response.writeHead(code, { 'Content-Type': page?.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', Connection: 'close' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve(); });
      server.closeAllConnections();
    }),
  };
}
