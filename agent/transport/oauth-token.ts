import type { Dispatcher } from 'undici';
import type { Clock } from '../../protocol/session/contract.js';
import type { SecretReference } from '../config/secret-reference.js';
import { DialError } from '../session/failure-policy.js';
import type { Authorization } from './authorization.js';
import { proxyUrl, type ProxySettings } from './proxy-tunnel.js';
import { readTokenAnswer, type TokenAnswer } from './oauth-answer.js';
import { readTlsFiles, type TlsFiles } from './tls-files.js';

/** OAuth 2 client credentials (RFC 6749 section 4.4). Times in milliseconds. */
export interface OAuthSettings {
  readonly tokenEndpoint: URL;
  readonly clientId: string;
  readonly clientSecret: SecretReference;
  readonly scope?: string | undefined;
  /** Where id and secret go: `basic` in the Authorization header, `post` in the form. @default basic */
  readonly clientAuthentication?: 'basic' | 'post' | undefined;
  /** Further form fields, e.g. `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** Of one request. @default 15000 */
  readonly timeout?: number | undefined;
}

/** Loaded by the first request: it is large, and few agents ask for tokens. */
const loadHttpClient = () => import('undici');

const MAX_ANSWER_BYTES = 65_536;
const TRIES = 3;
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 5000;
/** A token is renewed when less than this, or a tenth of its life, is left. */
const RENEW_BEFORE_MS = 60_000;
const DEFAULT_LIFE_MS = 300_000;

interface Token { readonly header: string; readonly renewAt: number; reused: boolean }

/**
 * Bearer tokens for one controller: kept until shortly before they expire, asked for by one request at a time however
 * many sockets wait, forgotten when the controller refused one.
 */
export function oauthAuthorization(settings: OAuthSettings, clock: Clock): Authorization {
  let token: Token | undefined;
  let flight: Promise<Token> | undefined;
  const fetchToken = async (): Promise<Token> => {
    try {
      token = await requestToken(settings, clock);
      return token;
    } finally {
      flight = undefined;
    }
  };
  return {
    async header(signal) {
      if (token !== undefined && clock.now() < token.renewAt) {
        token.reused = true;
        return token.header;
      }
      flight ??= fetchToken();
      return (await unlessAborted(flight, signal)).header;
    },
    refused() {
      const wasReused = token?.reused === true;
      token = undefined;
      return wasReused;
    },
  };
}

/** The flight goes on for the others who wait for it; each request in it has its own time limit. */
async function unlessAborted<T>(flight: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => { reject(signal.reason as Error); };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  flight.catch(() => undefined); // nobody may be left to hear of a failure
  try {
    return await Promise.race([flight, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function requestToken(settings: OAuthSettings, clock: Clock): Promise<Token> {
  const dispatcher = await dispatcherFor(settings);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await attemptRequest(settings, dispatcher);
      if (answer.token !== undefined) return tokenOf(answer, clock.now());
      if (!answer.retry || attempt >= TRIES) throw new DialError(`Token endpoint ${endpointText(settings)}: ${answer.problem ?? 'no token'}`, { pace: answer.retry ? 'normal' : 'slow' });
      await clock.sleep(Math.min(RETRY_CAP_MS, answer.retryAfter ?? RETRY_BASE_MS * 2 ** (attempt - 1)));
    }
  } finally {
    await dispatcher.destroy();
  }
}

function tokenOf(answer: TokenAnswer, now: number): Token {
  const life = answer.expiresIn ?? DEFAULT_LIFE_MS;
  return { header: `Bearer ${answer.token ?? ''}`, renewAt: now + life - Math.min(RENEW_BEFORE_MS, life / 10), reused: false };
}

/** Without query: a realm or tenant is harmless, but nobody knows what else people put there. */
function endpointText({ tokenEndpoint }: OAuthSettings): string {
  return `${tokenEndpoint.origin}${tokenEndpoint.pathname}`;
}

async function dispatcherFor({ tls, proxy, tokenEndpoint }: OAuthSettings): Promise<Dispatcher> {
  const connect = tokenEndpoint.protocol === 'https:' ? await readTlsFiles(tls ?? {}) : {};
  const { Agent, ProxyAgent } = await loadHttpClient();
  if (proxy === undefined) return new Agent({ connect });
  return new ProxyAgent({ uri: await proxyUrl(proxy), requestTls: connect });
}

async function attemptRequest(settings: OAuthSettings, dispatcher: Dispatcher): Promise<TokenAnswer> {
  const secret = (await settings.clientSecret.resolve()).reveal();
  const form = new URLSearchParams({ ...settings.parameters, grant_type: 'client_credentials' });
  if (settings.scope !== undefined) form.set('scope', settings.scope);
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  if (settings.clientAuthentication === 'post') {
    form.set('client_id', settings.clientId);
    form.set('client_secret', secret);
  } else {
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    headers['authorization'] = `Basic ${Buffer.from(`${formEncode(settings.clientId)}:${formEncode(secret)}`).toString('base64')}`;
  }
  const timeout = settings.timeout ?? 15_000;
  const { request } = await loadHttpClient();
  try {
    const response = await request(settings.tokenEndpoint, { method: 'POST', dispatcher, headers, body: form.toString(), headersTimeout: timeout, bodyTimeout: timeout, signal: AbortSignal.timeout(timeout) });
    const body = await boundedText(response.body);
    return readTokenAnswer(response.statusCode, response.headers, body, secret);
  } catch (error) {
    const { code, message, cause } = error as NodeJS.ErrnoException;
    const inner = (cause as NodeJS.ErrnoException | undefined)?.code;
    return { retry: true, problem: `no answer (${inner ?? code ?? message})` };
  }
}

function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}

async function boundedText(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
