import { redactText } from '../../connectors/framework/facade/redact.js';
import { spellingsOf } from '../secrets/spellings.js';
import type { IncomingHttpHeaders } from 'undici/types/header.js';

/** A token endpoint's answer, read. Either `token` or `problem` is set. */
export interface TokenAnswer {
  readonly token?: string;
  /** Milliseconds; undefined when the endpoint did not say. */
  readonly expiresIn?: number | undefined;
  readonly problem?: string;
  /** Whether the same request may succeed later. */
  readonly retry: boolean;
  /** The endpoint does not know this client or its secret: asking again may get it locked out. */
  readonly lockedOut?: boolean;
  /** Milliseconds the endpoint asks us to wait. */
  readonly retryAfter?: number | undefined;
}

/** No answer makes us wait longer. */
const LONGEST_WAIT_MS = 3_600_000;
const CLIENT_REFUSED = new Set(['invalid_client', 'unauthorized_client']);
const LONGEST_TOKEN = 32_768;
/** What must not be there, rather than what must: V8 keeps the text of the last match (RegExp.$_), and would keep the token. */
const NOT_IN_TOKEN = /[^\u0021-\u007e]/;

/** Reads status, headers and body; fields it does not know are none of its business. The secret never gets into a text. */
export function readTokenAnswer(status: number, headers: IncomingHttpHeaders, body: string, secret: string): TokenAnswer {
  const fields = parseObject(body);
  if (status < 200 || status > 299) {
    const retry = status === 408 || status === 429 || status >= 500;
    return { retry, lockedOut: !retry && refusesClient(status, fields), retryAfter: retryAfter(headers), problem: problemText(status, headers, fields, secret) };
  }
  // Some endpoints answer 200 and hide the error in the body.
  if (typeof fields['error'] === 'string') return { retry: false, lockedOut: refusesClient(status, fields), problem: problemText(status, headers, fields, secret) };
  const token = fields['access_token'];
  const type = fields['token_type'];
  if (typeof token !== 'string' || !isUsable(token)) return { retry: false, problem: `the answer (HTTP ${status}) holds no usable access_token` };
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer')) return { retry: false, problem: `the token is of type "${shown(type, secret)}"; only Bearer is supported` };
  return { token, expiresIn: lifetime(fields['expires_in']), retry: false };
}

function isUsable(token: string): boolean {
  return token !== '' && token.length <= LONGEST_TOKEN && !NOT_IN_TOKEN.test(token);
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Seconds as number or text → milliseconds. */
function lifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}

function refusesClient(status: number, fields: Readonly<Record<string, unknown>>): boolean {
  const { error } = fields;
  return typeof error === 'string' ? CLIENT_REFUSED.has(error) : status === 401;
}

function problemText(status: number, headers: IncomingHttpHeaders, fields: Readonly<Record<string, unknown>>, secret: string): string {
  if (status >= 300 && status < 400) return `redirects (HTTP ${status} to ${shown(headers['location'], secret).split('?', 1)[0] ?? ''}), which is not followed; put the final URL into auth.oauth.tokenEndpoint`;
  const error = shown(fields['error'], secret);
  const description = shown(fields['error_description'], secret);
  const said = [error, description].filter((text) => text !== '').join(': ');
  return `refused (HTTP ${status}${said === '' ? '' : `, ${said}`})${hintFor(error, status)}`;
}

function hintFor(error: string, status: number): string {
  if (CLIENT_REFUSED.has(error) || status === 401) return '; check auth.oauth.clientId and clientSecret, and clientAuthentication (basic or post)';
  if (error === 'invalid_scope') return '; check auth.oauth.scope';
  return status === 404 ? '; check auth.oauth.tokenEndpoint' : '';
}

/** The endpoint's words on one bounded line, our secret taken out should it echo it. */
function shown(value: unknown, secret: string): string {
  if (typeof value !== 'string') return '';
  const bare = secret === '' ? value : redactText(value, spellingsOf(secret));
  return bare.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}

/** Seconds, or a time (RFC 9110 section 10.2.3). */
export function retryAfter(headers: IncomingHttpHeaders, longest = LONGEST_WAIT_MS): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - theirNow(headers);
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? Math.min(milliseconds, longest) : undefined;
}

/** A time they name is meant by their clock, which need not agree with ours. */
function theirNow({ date }: IncomingHttpHeaders): number {
  const theirs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(theirs) ? theirs : Date.now();
}
