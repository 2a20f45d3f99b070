import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FakeRequest } from './exchange.js';

/** What AWS knows of an access key. */
export interface KnownKey {
  readonly secret: string;
  /** Of temporary keys. */
  readonly token?: string;
  /** Milliseconds since 1970 when they end. */
  readonly until?: number;
}

export interface SignedFor {
  readonly keys: ReadonlyMap<string, KnownKey>;
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface SignatureFault { readonly reason: 'missing' | 'unknownKey' | 'wrong' | 'expiredKeys'; readonly message: string }

/** How far the time of a signature may be off: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
const SKEW = 5 * 60_000;
const HEADER = /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, SignedHeaders=([^,\s]+), Signature=([0-9a-f]{64})$/;

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();
const encoded = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface Signature { readonly id: string; readonly date: string; readonly region: string; readonly service: string; readonly names: readonly string[]; readonly value: string }

/** What is wrong with the Signature Version 4 of a request; undefined: nothing. By https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function signatureFault(request: FakeRequest, { keys, region, service, now }: SignedFor): SignatureFault | undefined {
  const given = signatureOf(request);
  if (given === undefined) return { reason: 'missing', message: 'Missing Authentication Token' };
  const key = keys.get(given.id);
  if (key === undefined || request.headers['x-amz-security-token'] !== key.token) return { reason: 'unknownKey', message: 'The security token included in the request is invalid.' };
  const wrong = scopeFault(given, region, service) ?? coverageFault(request, given) ?? valueFault(request, given, key) ?? timeFault(request, given, now);
  if (wrong !== undefined) return { reason: 'wrong', message: wrong };
  return key.until !== undefined && now >= key.until ? { reason: 'expiredKeys', message: 'The security token included in the request is expired' } : undefined;
}

function signatureOf({ headers }: FakeRequest): Signature | undefined {
  const found = HEADER.exec(headers['authorization'] ?? '');
  if (found === null) return undefined;
  const [, id, date, region, service, names, value] = found as unknown as [string, string, string, string, string, string, string];
  return { id, date, region, service, names: names.split(';'), value };
}

function scopeFault({ region, service }: Signature, ...[ownRegion, ownService]: readonly [string, string]): string | undefined {
  return region === ownRegion && service === ownService ? undefined : `Credential should be scoped to the region '${ownRegion}' and the service '${ownService}'.`;
}

function coverageFault({ headers }: FakeRequest, { names }: Signature): string | undefined {
  const unsigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].filter((name) => !names.includes(name));
  return unsigned.length === 0 ? undefined : `${unsigned.join(', ')} must be a 'SignedHeader' in the AWS Authorization.`;
}

function valueFault(request: FakeRequest, given: Signature, { secret }: KnownKey): string | undefined {
  return isSame(given.value, expectedSignature(request, given, secret)) ? undefined : 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
}

function timeFault({ headers }: FakeRequest, { date }: Signature, now: number): string | undefined {
  const time = headers['x-amz-date'] ?? '';
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!time.startsWith(date) || Number.isNaN(at)) return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${time}'.`;
  if (at < now - SKEW) return `Signature expired: ${time} is now earlier than ${stamp(now - SKEW)} (${stamp(now)} - 5 min.)`;
  return at > now + SKEW ? `Signature not yet current: ${time} is still later than ${stamp(now + SKEW)} (${stamp(now)} + 5 min.)` : undefined;
}

function expectedSignature({ method, path, query, headers, text }: FakeRequest, { names, date, region, service }: Signature, secret: string): string {
  const parameters = [...query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join('&');
  const values = names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}\n`).join('');
  const canonical = [method, path.split('/').map(encoded).join('/'), parameters, values, names.join(';'), sha256(text)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const signingKey = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, date));
  return hmac(signingKey, ['AWS4-HMAC-SHA256', headers['x-amz-date'] ?? '', scope, sha256(canonical)].join('\n')).toString('hex');
}

const isSame = (one: string, other: string): boolean => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
const stamp = (time: number): string => new Date(time).toISOString().replaceAll(/[:-]|\.\d+/g, '');

const CODES: Readonly<Record<SignatureFault['reason'], readonly [query: string, json: string]>> = {
  missing: ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'], unknownKey: ['InvalidClientTokenId', 'UnrecognizedClientException'],
  wrong: ['SignatureDoesNotMatch', 'InvalidSignatureException'], expiredKeys: ['ExpiredToken', 'ExpiredTokenException'],
};

/** What the fault is called by a protocol: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
export function signatureCode({ reason }: SignatureFault, protocol: 'query' | 'json'): string {
  return CODES[reason][protocol === 'query' ? 0 : 1];
}
