import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthOptions {
  readonly port: number;
  readonly address: string;
  /** Asked anew for each request. */
  status(): { readonly ready: boolean } & object;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/livez`: the process answers. `/readyz`: it can do its work; 503 with the reasons when not. Meant for loopback. */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    const isKnown = path === '/livez' || path === '/readyz';
    const status = path === '/readyz' ? options.status() : { ready: true };
    const code = !isKnown ? 404 : request.method !== 'GET' && request.method !== 'HEAD' ? 405 : status.ready ? 200 : 503;
    const body = code === 404 || code === 405 ? '' : `${JSON.stringify(path === '/livez' ? { live: true } : status)}\n`;
    response.writeHead(code, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', Connection: 'close' });
    response.end(request.method === 'HEAD' ? undefined : body);
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
