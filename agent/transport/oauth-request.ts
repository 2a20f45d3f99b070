import type { Dispatcher } from 'undici';
import { anySignal } from '../../protocol/model/index.js';
import type { Clock } from '../../protocol/session/contract.js';
import type { SecretReference } from '../config/secret-reference.js';
import { DialError } from '../session/failure-policy.js';
import { readTokenAnswer, type TokenAnswer } from './oauth-answer.js';
import { proxyUrl, type ProxySettings } from './proxy-tunnel.js';
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
const DEFAULT_TIMEOUT_MS = 15_000;
const TRIES = 3;
const RETRY_BASE_MS = 500;
/** A longer wait is left to whoever asked: nobody is kept waiting for it. */
const LONGEST_RETRY_MS = 5000;
/** What a hanging DNS server or proxy may add to the time limits of the requests. */
const FLIGHT_SLACK_MS = 10_000;

/** Asks the token endpoint, up to three times. Rejects with a {@link DialError} that says what to do; the secret is in no text. */
export async function requestToken(settings: OAuthSettings, clock: Clock): Promise<TokenAnswer> {
  const late = AbortSignal.timeout(TRIES * ((settings.timeout ?? DEFAULT_TIMEOUT_MS) + LONGEST_RETRY_MS) + FLIGHT_SLACK_MS);
  const dispatcher = await dispatcherFor(settings);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await attemptRequest(settings, dispatcher, late);
      if (answer.token !== undefined) return answer;
      const wait = answer.retryAfter ?? RETRY_BASE_MS * 2 ** (attempt - 1);
      if (!answer.retry || attempt >= TRIES || wait > LONGEST_RETRY_MS || late.aborted) throw failureOf(settings, answer);
      await clock.sleep(wait, late).catch(() => undefined); // too late: the next attempt says so
    }
  } finally {
    await dispatcher.destroy();
  }
}

function failureOf(settings: OAuthSettings, answer: TokenAnswer): DialError {
  const pace = answer.retry ? 'normal' : answer.lockedOut === true ? 'long' : 'slow';
  return new DialError(`Token endpoint ${endpointText(settings)}: ${answer.problem ?? 'no token'}`, { pace, waitAtLeast: answer.retryAfter });
}

/** Without query: a realm or tenant is harmless, but nobody knows what else people put there. */
function endpointText({ tokenEndpoint }: OAuthSettings): string {
  return `${tokenEndpoint.origin}${tokenEndpoint.pathname}`;
}

/** Made for each flight: files and proxy password are read anew, and the name is resolved anew. */
async function dispatcherFor({ tls, proxy, tokenEndpoint }: OAuthSettings): Promise<Dispatcher> {
  const connect = tokenEndpoint.protocol === 'https:' ? await readTlsFiles(tls ?? {}) : {};
  const { Agent, ProxyAgent } = await loadHttpClient();
  if (proxy === undefined) return new Agent({ connect });
  return new ProxyAgent({ uri: await proxyUrl(proxy), requestTls: connect });
}

async function attemptRequest(settings: OAuthSettings, dispatcher: Dispatcher, late: AbortSignal): Promise<TokenAnswer> {
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
  const timeout = settings.timeout ?? DEFAULT_TIMEOUT_MS;
  const { request } = await loadHttpClient();
  try {
    const signal = anySignal(AbortSignal.timeout(timeout), late);
    const response = await request(settings.tokenEndpoint, { method: 'POST', dispatcher, headers, body: form.toString(), headersTimeout: timeout, bodyTimeout: timeout, signal });
    const body = await boundedText(response.body);
    return readTokenAnswer(response.statusCode, response.headers, body, secret);
  } catch (error) {
    const { code, message, cause, name } = error as NodeJS.ErrnoException;
    if (name === 'TimeoutError') return { retry: true, problem: `no answer within ${timeout} ms` };
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
