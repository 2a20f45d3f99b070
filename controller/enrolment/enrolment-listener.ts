import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { ENROL_PATH, RENEW_PATH, TRUST_PATH } from '../../certs/enrolment/messages.js';
import { clientCertificate, type ClientCertificate } from '../gateway/client-certificate.js';
import type { Log } from '../log.js';
import type { EnrolmentRequests } from './enrolment-requests.js';
import { FailureLimit, networkOf } from './failure-limit.js';
import { readBody } from './read-body.js';

const MAX_CONNECTIONS = 512;
const MAX_HEADER_BYTES = 8_192;
const HANDSHAKE_MS = 10_000;
const REQUEST_MS = 10_000;
const CHECK_MS = 1_000;

export interface ListenerOptions {
  readonly port: number;
  readonly address: string;
  /** Certificate, key and the authorities of client certificates. */
  readonly tls: SecureContextOptions;
  readonly requests: EnrolmentRequests;
  readonly log: Log;
}

export interface EnrolmentListener {
  readonly port: number;
  /** Another certificate, other authorities; connections that are open stay. */
  setTls(tls: SecureContextOptions): void;
  close(): Promise<void>;
}

interface Reply { readonly status: number; readonly body: object; readonly headers?: Readonly<Record<string, string>> }

/** The HTTPS listener agents enrol at: open to strangers, so everything about it is bounded. */
export async function openEnrolmentListener(options: ListenerOptions): Promise<EnrolmentListener> {
  const failures = new FailureLimit();
  const server = createServer({
    ...options.tls, requestCert: true, rejectUnauthorized: false, handshakeTimeout: HANDSHAKE_MS, maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS, keepAlive: false,
  }, (request, response) => {
    answer(request, options, failures).catch((error: unknown): Reply => {
      options.log.error({ err: error }, 'a request of enrolment failed');
      return { status: 503, body: { error: 'unavailable', message: 'The controller cannot do this now. Try again later.' } };
    }).then((reply) => { send(response, reply); }).catch(() => response.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  // Nobody stays connected without asking something.
  server.timeout = REQUEST_MS;
  server.on('tlsClientError', (error: Error, socket: { readonly remoteAddress?: string }) => {
    options.log.debug({ from: socket.remoteAddress, reason: error.message }, 'TLS handshake at the enrolment listener failed');
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    setTls: (tls) => { server.setSecureContext(tls); },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function listening(server: Server, { port, address, log }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      server.on('error', (error) => log.error({ err: error }, 'the enrolment listener has an error'));
      resolve();
    });
  });
}

async function answer(request: IncomingMessage, { requests }: ListenerOptions, failures: FailureLimit): Promise<Reply> {
  const from = request.socket.remoteAddress ?? '?';
  const shown = clientCertificate(request.socket);
  // Agents behind one address must not suffer for one another, nor for a stranger there.
  const who = shown?.fingerprint ?? networkOf(from);
  const wait = failures.wait(who);
  if (wait > 0) return { status: 429, body: { error: 'too_many_requests', message: `Too many failed attempts. Try again in ${wait} s.` }, headers: { 'Retry-After': String(wait) } };
  const reply = await routed(request, requests, { from, shown });
  if (reply.status >= 400) failures.failed(who);
  return reply;
}

interface Asking { readonly from: string; readonly shown: ClientCertificate | undefined }

async function routed(request: IncomingMessage, requests: EnrolmentRequests, { from, shown }: Asking): Promise<Reply> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const method = ({ [ENROL_PATH]: 'POST', [RENEW_PATH]: 'POST', [TRUST_PATH]: 'GET' } as Readonly<Record<string, string>>)[path];
  if (method === undefined) return { status: 404, body: { error: 'not_found', message: 'There is nothing at this path.' } };
  if (request.method !== method) return { status: 405, body: { error: 'bad_request', message: `This takes ${method}.` }, headers: { Allow: method } };
  if (path === TRUST_PATH) return requests.trust(shown, from);
  const body = await readBody(request);
  if (body === 'too-large') return { status: 413, body: { error: 'too_large', message: 'The body may have 64 KiB.' } };
  if (body === 'not-json') return { status: 400, body: { error: 'bad_request', message: 'The body must be JSON.' } };
  return path === ENROL_PATH ? requests.enrol(body.value, from) : requests.renew(shown, body.value, from);
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store', Connection: 'close', ...headers,
  });
  response.end(text);
}
