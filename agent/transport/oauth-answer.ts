import type { IncomingHttpHeaders } from 'undici/types/header.js';

/** A token endpoint's answer, read. Either `token` or `problem` is set. */
export interface TokenAnswer {
  readonly token?: string;
  /** Milliseconds; undefined when the endpoint did not say. */
  readonly expiresIn?: number | undefined;
  readonly problem?: string;
  /** Whether the same request may succeed later. */
  readonly retry: boolean;
  /** Milliseconds the endpoint asks us to wait. */
  readonly retryAfter?: number | undefined;
}

const TOKEN = /^[\u0021-\u007e]{1,32768}$/;

/** Reads status, headers and body; fields it does not know are none of its business. The secret never gets into a text. */
export function readTokenAnswer(status: number, headers: IncomingHttpHeaders, body: string, secret: string): TokenAnswer {
  const fields = parseObject(body);
  if (status < 200 || status > 299) {
    return { retry: status === 429 || status >= 500, retryAfter: retryAfter(headers), problem: problemText(status, fields, secret) };
  }
  const token = fields['access_token'];
  const type = fields['token_type'];
  if (typeof token !== 'string' || !TOKEN.test(token)) return { retry: false, problem: `the answer (HTTP ${status}) holds no usable access_token` };
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer')) return { retry: false, problem: `the token is of type "${shown(type, secret)}"; only Bearer is supported` };
  return { token, expiresIn: lifetime(fields['expires_in']), retry: false };
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

function problemText(status: number, fields: Readonly<Record<string, unknown>>, secret: string): string {
  const error = shown(fields['error'], secret);
  const description = shown(fields['error_description'], secret);
  const said = [error, description].filter((text) => text !== '').join(': ');
  const hint = error === 'invalid_client' || status === 401 ? '; check auth.oauth.clientId and clientSecret' : error === 'invalid_scope' ? '; check auth.oauth.scope' : '';
  return `refused (HTTP ${status}${said === '' ? '' : `, ${said}`})${hint}`;
}

/** The endpoint's words on one bounded line, our secret taken out should it echo it. */
function shown(value: unknown, secret: string): string {
  if (typeof value !== 'string') return '';
  const bare = secret === '' ? value : value.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***');
  return bare.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}

function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? milliseconds : undefined;
}
