import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exposition } from '../../deploy/runtime/metrics/metrics-registry.js';
import type { MetricsConfig } from '../config/metrics-config.js';

export interface MetricsServerParts extends Pick<MetricsConfig, 'port' | 'address'> {
  metrics(): Promise<Exposition>;
  /** Asked anew for each request. */
  isReady(): boolean;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Page extends Exposition { readonly code: number }

const JSON_TYPE = 'application/json';

async function pageOf(path: string | undefined, { metrics, isReady }: MetricsServerParts): Promise<Page> {
  if (path === '/metrics') return { code: 200, ...await metrics() };
  if (path === '/livez') return { code: 200, contentType: JSON_TYPE, body: '{"live":true}\n' };
  if (path !== '/readyz') return { code: 404, contentType: JSON_TYPE, body: '' };
  const ready = isReady();
  return { code: ready ? 200 : 503, contentType: JSON_TYPE, body: `${JSON.stringify({ ready })}\n` };
}

/** `/metrics` for Prometheus, `/livez`: the process answers, `/readyz`: it can do its work, 503 when not. */
export async function startMetricsServer(parts: MetricsServerParts): Promise<MetricsServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const { code, contentType, body } = isRead ? await pageOf((request.url ?? '').split('?', 1)[0], parts) : { code: 405, contentType: JSON_TYPE, body: '' };
    response.writeHead(code, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, parts.address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
