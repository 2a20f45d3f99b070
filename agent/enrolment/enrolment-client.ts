import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { TLSSocket, checkServerIdentity, type DetailedPeerCertificate } from 'node:tls';
import { anySignal } from '../../protocol/model/index.js';
import { MAX_MESSAGE_BYTES, readRefusal } from '../../certs/enrolment/messages.js';
import { ENROLMENT_LISTENER } from '../session/partner.js';
import { explainDialError } from '../transport/dial-failure.js';
import { retryAfter } from '../transport/oauth-answer.js';
import { proxyTunnel, type ProxySettings } from '../transport/proxy-tunnel.js';

/** The way to an enrolment listener. Times in milliseconds. */
export interface EnrolmentRoute {
  /** Base URL, `https://host:port`, without a slash at its end. */
  readonly url: string;
  /** Host name its certificate must hold, when it is not the URL's. */
  readonly serverName?: string | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** Of one request, connection included. */
  readonly timeout: number;
  /** @default TLSv1.3 */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Name resolution; asked anew for each request. @default the system's */
  readonly lookup?: LookupFunction | undefined;
}

/** Whom to trust, and what to show. PEM texts. */
export interface EnrolmentTls {
  readonly ca: string | readonly string[];
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The listener cannot be reached, or what answers is no enrolment listener: worth asking again. */
export class EnrolmentUnreachable extends Error {
  override readonly name = 'EnrolmentUnreachable';
  /** Milliseconds the listener asks us to stay away. */
  readonly waitAtLeast: number | undefined;
  /** Asking earlier only makes it worse, even when the certificate ends before. */
  readonly insists: boolean;
  /** Somebody has to change a setting first: worth trying again after hours, not after seconds. */
  readonly needsPerson: boolean;

  constructor(message: string, options: { readonly waitAtLeast?: number | undefined; readonly insists?: boolean; readonly needsPerson?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.waitAtLeast = options.waitAtLeast;
    this.insists = options.insists === true;
    this.needsPerson = options.needsPerson === true;
  }
}

/** The listener says no: asking again with the same changes nothing. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly status: number;
  /** The listener's word for it, e.g. `unknown_token`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface EnrolmentAnswer {
  readonly body: unknown;
  /** The listener's chain, leaf first, DER. */
  readonly chain: readonly Buffer[];
}

/** One request to the enrolment listener, whose certificate is verified before anything is sent. Rejects with one of the errors above, or the signal's reason. */
export async function callEnrolment(route: EnrolmentRoute, tls: EnrolmentTls, call: { readonly path: string; readonly body?: object | undefined }, stop: AbortSignal): Promise<EnrolmentAnswer> {
  stop.throwIfAborted();
  const signal = anySignal(stop, AbortSignal.timeout(route.timeout));
  try {
    const tunnel = route.proxy === undefined ? undefined : await proxyTunnel(route.proxy, signal);
    const text = call.body === undefined ? undefined : JSON.stringify(call.body);
    const response = await send(new URL(`${route.url}${call.path}`), {
      method: text === undefined ? 'GET' : 'POST',
      headers: { Accept: 'application/json', ...(text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }) },
      ...tlsOf(route, tls), agent: tunnel ?? false, signal,
    }, text);
    const chain = chainOf(response); // before the body ends: the socket may be gone then
    return { body: bodyOf(response, await boundedBody(response), route), chain };
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    throw error instanceof EnrolmentRefused || error instanceof EnrolmentUnreachable ? error : unreachable(error, route, signal.aborted);
  }
}

function tlsOf(route: EnrolmentRoute, { ca, cert, key }: EnrolmentTls): RequestOptions {
  const name = route.serverName ?? new URL(route.url).hostname.replaceAll(/^\[|\]$/g, '');
  return {
    ca: typeof ca === 'string' ? ca : [...ca], minVersion: route.minVersion ?? 'TLSv1.3', rejectUnauthorized: true,
    ...serverNameOf(name),
    ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }),
    ...(route.lookup === undefined ? {} : { lookup: route.lookup }),
  };
}

/** Said outright: through a tunnel the library would compare the certificate with the proxy's name. */
export function serverNameOf(name: string): Pick<RequestOptions, 'servername' | 'checkServerIdentity'> {
  return { ...(isIP(name) === 0 ? { servername: name } : {}), checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Rejects when it is too long: what answers is no listener of ours then. */
async function boundedBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 2 * MAX_MESSAGE_BYTES) throw new EnrolmentUnreachable('its answer is longer than any answer of an enrolment listener');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function bodyOf(response: IncomingMessage, text: string, { url }: EnrolmentRoute): unknown {
  const status = response.statusCode ?? 0;
  const body = jsonOf(text);
  if (status === 200 && body !== undefined) return body;
  const refusal = readRefusal(body);
  if (refusal !== undefined && status >= 400 && status < 500 && status !== 429 && status !== 408) throw new EnrolmentRefused(status, refusal.error, refusal.message);
  const said = refusal === undefined ? 'what answers there is no enrolment listener' : refusal.message;
  throw new EnrolmentUnreachable(`${url}: ${said} (HTTP ${status})`, { waitAtLeast: retryAfter(response.headers) });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function chainOf({ socket }: IncomingMessage): readonly Buffer[] {
  return socket instanceof TLSSocket ? presentedChain(socket) : [];
}

/** Certificates as the other end sent them, leaf first; a root names itself as its issuer and ends it. */
export function presentedChain(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = [];
  let certificate: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true); // empty when there is none
  while (certificate !== undefined) {
    const { raw, issuerCertificate }: Partial<DetailedPeerCertificate> = certificate;
    if (raw === undefined || chain.some((known) => known.equals(raw))) break;
    chain.push(raw);
    certificate = issuerCertificate;
  }
  return chain;
}

/** Explains why a listener cannot be reached. */
export function unreachable(error: unknown, route: EnrolmentRoute, isLate: boolean): Error {
  if (isLate) return new EnrolmentUnreachable(`${route.url}: no answer within ${route.timeout} ms`, { cause: error });
  const explained = explainDialError(error, route.url, ENROLMENT_LISTENER);
  return new EnrolmentUnreachable(explained.message, { cause: error });
}
