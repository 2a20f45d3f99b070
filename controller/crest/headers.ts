import type { IncomingHttpHeaders } from 'node:http';
import { badRequest, preconditionFailed, ResourceError } from './resource-error.js';

export interface Preconditions {
  /** `*` or a revision without quotes. */
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** Reads the conditional headers. Throws 409 for the time-based ones, which no resource here has. */
export function readPreconditions(headers: IncomingHttpHeaders): Preconditions {
  for (const name of ['if-modified-since', 'if-unmodified-since'] as const) {
    if (headers[name] !== undefined) throw new ResourceError(409, `Header ${name} is not supported`);
  }
  return { ifMatch: tag(headers['if-match']), ifNoneMatch: tag(headers['if-none-match']) };
}

function tag(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  if (trimmed === undefined || trimmed === '') return undefined;
  return trimmed.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/** `If-Match: *` says nothing and published samples send it with anything; a revision can only be honoured on writes. */
export function refuseIfMatch({ ifMatch }: Preconditions, request: string): void {
  if (ifMatch !== undefined && ifMatch !== '*') throw preconditionFailed(`If-Match not supported for ${request} requests`);
}

export function refuseIfNoneMatch({ ifNoneMatch }: Preconditions, request: string): void {
  if (ifNoneMatch !== undefined) throw preconditionFailed(`Use of If-None-Match not supported for ${request} requests`);
}

/** The revision an update expects; undefined for `*` and for no header. */
export function expectedRevision({ ifMatch }: Preconditions): string | undefined {
  return ifMatch === '*' ? undefined : ifMatch;
}

/** Checks `Accept-API-Version: protocol=2.1,resource=1.0`; the resource version is accepted as it is. */
export function checkApiVersion(value: string | undefined): void {
  for (const part of value?.split(',').map((text) => text.trim()) ?? []) {
    if (part === '') continue;
    const match = /^(protocol|resource) *= *(\d{1,9})(?:\.(\d{1,9}))?$/.exec(part);
    if (match === null) throw badRequest(`Invalid Accept-API-Version: ${part}`);
    const [, name, major, minor = '0'] = match;
    if (name === 'resource') continue;
    if (Number(major) > 2) throw badRequest(`Unsupported major version: ${part}`);
    if (Number(minor) > 1) throw badRequest(`Unsupported minor version: ${part}`);
  }
}

/**
 * A body has to be JSON. curl's own default type and none at all are let through, because published samples rely on it;
 * the body is parsed as JSON all the same.
 */
export function checkContentType(value: string | undefined): void {
  if (value === undefined) return;
  const [type = '', ...parameters] = value.toLowerCase().split(';').map((part) => part.trim());
  if (type === 'application/x-www-form-urlencoded') return;
  if (type !== 'application/json') throw badRequest(`The request could not be processed because it specified the content-type '${type}' when only the content-type 'application/json' is supported`);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') throw badRequest(`The charset ${charset} is not supported; send utf-8`);
}

/** A header value as it is, or decoded when it is written as RFC 5987 says (`UTF-8''…`). Undefined when undecodable. */
export function extendedValue(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  const match = text === undefined ? null : /^(UTF-8|ISO-8859-1)'[^']*'(.*)$/is.exec(text);
  // Node hands header bytes over as Latin-1; a client that sends raw UTF-8 means UTF-8.
  if (match === null || text === undefined) return text === undefined ? undefined : utf8OrLatin1(text);
  try {
    if (match[1]?.toUpperCase() === 'UTF-8') return decodeURIComponent(match[2] ?? '');
    return (match[2] ?? '').replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  } catch {
    return undefined;
  }
}

function utf8OrLatin1(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}
