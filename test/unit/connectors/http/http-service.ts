import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { HttpClient, type HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import type { HttpSettings } from '../../../../connectors/engines/http/http-settings.js';
import { ConnectorError } from '../../../../protocol/model/index.js';

export const never = new AbortController().signal;
const cleanups: (() => unknown)[] = [];
afterEach(async () => { for (const cleanup of cleanups.splice(0).reverse()) await cleanup(); });

export async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => { sockets.add(socket); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  cleanups.push(() => { server.close(); for (const socket of sockets) socket.destroy(); });
  return (server.address() as AddressInfo).port;
}

/** The address of a service that answers so, until the test is over. */
export async function serving(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(listener))}/`;
}

export async function clientWith(settings: Partial<HttpSettings> = {}): Promise<HttpClient> {
  const client = await HttpClient.open({ authentication: noAuthentication, ...settings });
  cleanups.push(() => client.close());
  return client;
}

export const to = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url: new URL(url), headers: new Map(), ...more });

export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What JSON.parse would have made of bigints. */
export function asNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)));
}
