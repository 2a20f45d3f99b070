import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Clock, SessionLog } from '../../../protocol/session/contract.js';
import { LocalAccess, isLoopback } from './local-access.js';
import { leaveLocalAddress, type LeavingParts } from './leave-local-address.js';
import { removeLocalAddress } from './local-files.js';
import { LocalRoutes, refusal, type Answer, type LocalContent } from './local-routes.js';

const REQUEST_LIMIT_MS = 5000;
const MOST_CONNECTIONS = 32;

export interface LocalServerOptions extends LocalContent {
  readonly port: number;
  readonly address: string;
  /** Where token and address are left for commands; made when it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** Leaves token and address. @default in files */
  readonly leave?: LeavingParts['leave'];
}

export interface LocalServer {
  readonly port: number;
  /** Where commands and browsers of this machine reach it; undefined when it is bound to an address of the network alone. */
  readonly url: string | undefined;
  /** Removes token and address. Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * What one sees of the agent on its own machine. `/livez`: the process answers. `/readyz`: it can do its work; 503 with the
 * reasons when not. Those two are for everybody who reaches the port, probes say; everything else, the status page above all, is
 * answered on loopback addresses only, and with a token wherever data is shown or something is done. See README.md.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { directory, log } = options;
  const access = new LocalAccess(() => options.clock.now());
  const routes = new LocalRoutes(options, access);
  const server = createServer({ headersTimeout: REQUEST_LIMIT_MS, requestTimeout: REQUEST_LIMIT_MS, maxHeaderSize: 16 * 1024 }, (request, response) => {
    request.resume(); // no route reads a body
    void routes.answer(request).catch((error: unknown) => {
      log.error({ path: request.url?.split('?', 1)[0], reason: error instanceof Error ? error.message : String(error) }, 'A request to the local server could not be answered.');
      return refusal(500, 'The agent could not make this answer; its log says why.');
    }).then((answer) => { send(request, response, answer); });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, options);
  const bound = server.address() as AddressInfo;
  const url = urlOf(bound);
  const closing = new AbortController();
  let leaving: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    await leaving;
    await closed(server, directory);
  };
  try {
    if (url === undefined) await removeLocalAddress(directory);
    else ({ left: leaving } = await leaveLocalAddress({ url, token: access.token }, options, closing.signal));
  } catch (error) {
    await close();
    throw error;
  }
  return { port: bound.port, url, close };
}

function send(request: IncomingMessage, response: ServerResponse, { code, contentType, body, headers }: Answer): void {
  response.writeHead(code, {
    'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin', 'Cross-Origin-Opener-Policy': 'same-origin', 'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'", Connection: 'close', ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listening(server: Server, { port, address }: LocalServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf({ address, port }: AddressInfo): string | undefined {
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  if (!isLoopback(address)) return undefined;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

async function closed(server: Server, directory: string): Promise<void> {
  await removeLocalAddress(directory);
  await new Promise<void>((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
  });
}
