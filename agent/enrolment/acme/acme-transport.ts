import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { anySignal } from '../../../protocol/model/index.js';
import { ACME_SERVER } from '../../session/partner.js';
import { explainDialError } from '../../transport/dial-failure.js';
import { retryAfter } from '../../transport/oauth-answer.js';
import { proxyTunnel, type ProxySettings } from '../../transport/proxy-tunnel.js';
import { EnrolmentUnreachable, serverNameOf } from '../enrolment-client.js';
import { problemOf, type AcmeProblem } from './acme-failure.js';

export type AcmeLibrary = typeof import('acme-client');
type Adapter = Extract<AcmeLibrary['axios']['defaults']['adapter'], (...parameters: never[]) => unknown>;
type AdapterRequest = Parameters<Adapter>[0];
type AdapterAnswer = Awaited<ReturnType<Adapter>>;

/** The way to an ACME server. Times in milliseconds. */
export interface AcmeRoute {
  readonly directory: URL;
  /** PEM of the authorities to trust; the system's without it. */
  readonly ca?: string | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** Of one request, connection included. */
  readonly timeout: number;
  readonly userAgent: string;
}

const MAX_ANSWER_BYTES = 1024 ** 2;
const TRIES = 3;
const RETRY_MS = 1000;
/** A server that asks for a longer pause within an order gets it: the whole is tried again later. */
const LONGEST_PAUSE_MS = 10_000;
const LONGEST_WAIT_MS = 86_400_000;

const current = new AsyncLocalStorage<AcmeTransport>();

/**
 * The ACME package, with its requests made by the {@link AcmeTransport} in whose `run` they are: its own client would
 * know neither our time limits nor our proxy, and would wait, unstoppably, as long as any server tells it to.
 */
export async function loadAcme(): Promise<AcmeLibrary> {
  const acme = await import('acme-client');
  const adapter: Adapter = (config) => {
    const transport = current.getStore();
    return transport === undefined ? Promise.reject(new Error('An ACME request was made outside of a transport; this is a defect.')) : transport.send(config);
  };
  acme.axios.defaults.adapter = adapter;
  return acme;
}

/** The requests of one attempt to get a certificate: verified TLS only, bounded in size and time, stopped by a signal. */
export class AcmeTransport {
  readonly #route: AcmeRoute;
  readonly #stop: AbortSignal;
  #problem: AcmeProblem | undefined;
  #waitAtLeast: number | undefined;

  constructor(route: AcmeRoute, stop: AbortSignal) {
    this.#route = route;
    this.#stop = stop;
  }

  /** What the last answer said was wrong; the package keeps only a part of it. */
  get problem(): AcmeProblem | undefined {
    return this.#problem;
  }

  /** How long the last answer asked us to wait before asking again, in milliseconds. */
  get waitAtLeast(): number | undefined {
    return this.#waitAtLeast;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#problem = undefined;
    return current.run(this, work);
  }

  /** A server's trouble that may pass within seconds is waited for; its refusals are the package's to read. */
  async send(config: AdapterRequest): Promise<AdapterAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, headers, text } = await this.#once(config);
      this.#waitAtLeast = retryAfter(headers, LONGEST_WAIT_MS);
      this.#problem = status < 400 ? undefined : problemOf(status, jsonOf(text), this.#waitAtLeast) ?? { status, type: '', detail: '', waitAtLeast: this.#waitAtLeast };
      const pause = this.#waitAtLeast ?? RETRY_MS * attempt;
      if (status < 500 || attempt >= TRIES || pause > LONGEST_PAUSE_MS) return { data: text, status, statusText: '', headers: headersOf(headers), config };
      await delay(pause, undefined, { signal: this.#stop });
    }
  }

  async #once({ url = '', method = 'get', data }: AdapterRequest): Promise<Received> {
    this.#stop.throwIfAborted();
    const { timeout, directory } = this.#route;
    const target = URL.canParse(url) ? new URL(url) : undefined;
    if (target?.protocol !== 'https:') throw new EnrolmentUnreachable(`${directory.href}: the ACME server names the address "${url.slice(0, 200)}", which is not https`);
    const signal = anySignal(this.#stop, AbortSignal.timeout(timeout));
    try {
      return await exchange(this.#route, { target, method: method.toUpperCase(), body: typeof data === 'string' ? data : undefined }, signal);
    } catch (error) {
      if (this.#stop.aborted) throw this.#stop.reason;
      if (error instanceof EnrolmentUnreachable) throw error;
      if (signal.aborted) throw new EnrolmentUnreachable(`${target.origin}: no answer within ${timeout} ms`, { cause: error });
      const { message, pace } = explainDialError(error, target.origin, ACME_SERVER);
      throw new EnrolmentUnreachable(message, { cause: error, needsPerson: pace === 'slow' });
    }
  }
}

interface Received { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }

async function exchange({ proxy, ca, userAgent }: AcmeRoute, { target, method, body }: { readonly target: URL; readonly method: string; readonly body: string | undefined }, signal: AbortSignal): Promise<Received> {
  const tunnel = proxy === undefined ? undefined : await proxyTunnel(proxy, signal);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(target, {
      method, agent: tunnel ?? false, signal, rejectUnauthorized: true, minVersion: 'TLSv1.2', ...serverNameOf(target.hostname.replaceAll(/^\[|\]$/g, '')), ...(ca === undefined ? {} : { ca }),
      headers: { 'User-Agent': userAgent, Accept: '*/*', ...(body === undefined ? {} : { 'Content-Type': 'application/jose+json', 'Content-Length': Buffer.byteLength(body) }) },
    }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, text: await boundedText(response, target) };
}

async function boundedText(response: IncomingMessage, { origin }: URL): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new EnrolmentUnreachable(`${origin}: its answer is longer than any of an ACME server`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
