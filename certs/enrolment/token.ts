import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { CertificateError } from '../certificate-error.js';

const PREFIX = 'cwe1.';
/** Longer than any token we make; what is longer was not copied from one. */
const MAX_TEXT = 4_096;
/** What a URL may be as it is written, three characters for a byte that needs escaping: its token stays under MAX_TEXT. */
const MAX_URL = 2_048;
const SECRET_BYTES = 32;
const ID_BYTES = 12;
const ID = /^[A-Za-z0-9_-]{8,64}$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** A one-time enrolment token. Prints without its secret; {@link EnrolmentToken.text} is what the operator carries over. */
export class EnrolmentToken {
  /** Base URL of the enrolment listener, `https://host:port`, without a slash at its end. */
  readonly url: string;
  /**
   * SHA-256 of the DER of the CA certificate that signs the listener: 64 lower-case hex digits. The listener sends that
   * certificate at the end of its chain, so that an agent that trusts nothing yet can compare it.
   */
  readonly fingerprint: string;
  readonly id: string;
  readonly #secret: string;

  constructor(parts: { readonly url: string; readonly fingerprint: string; readonly id: string; readonly secret: string }) {
    this.url = parts.url;
    this.fingerprint = parts.fingerprint;
    this.id = parts.id;
    this.#secret = parts.secret;
  }

  /** 32 random bytes in base64url. */
  revealSecret(): string {
    return this.#secret;
  }

  /** The whole token, secret included: one line, `cwe1.…`. */
  text(): string {
    return `${PREFIX}${Buffer.from(JSON.stringify({ u: this.url, f: this.fingerprint, i: this.id, s: this.#secret })).toString('base64url')}`;
  }

  toString(): string {
    return `${PREFIX}*** (${this.id} for ${this.url})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A fresh token for the listener at `url`, whose CA certificate has the fingerprint. */
export function makeEnrolmentToken(listener: { readonly url: string; readonly fingerprint: string }): EnrolmentToken {
  return new EnrolmentToken({
    url: baseUrl(listener.url), fingerprint: checked(listener.fingerprint.replaceAll(':', '').toLowerCase(), FINGERPRINT, 'fingerprint'),
    id: randomBytes(ID_BYTES).toString('base64url'), secret: randomBytes(SECRET_BYTES).toString('base64url'),
  });
}

/** Reads what {@link EnrolmentToken.text} printed; white space around it is ignored. Throws a {@link CertificateError} that never repeats the text. */
export function parseEnrolmentToken(text: string): EnrolmentToken {
  const line = text.trim();
  if (!line.startsWith(PREFIX) || line.length > MAX_TEXT) throw new CertificateError(`This is no enrolment token: one starts with "${PREFIX}". Copy the whole line that "causeway controller enrolment token" printed.`);
  const encoded = line.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw damaged('it holds characters that no token has');
  const parts = fields(encoded);
  return new EnrolmentToken({
    url: baseUrl(parts.u), fingerprint: checked(parts.f, FINGERPRINT, 'fingerprint'),
    id: checked(parts.i, ID, 'id'), secret: checked(parts.s, SECRET, 'secret'),
  });
}

/** What a controller keeps of a secret: SHA-256 in hex. The secret has 256 random bits, so a slow hash would add nothing. */
export function hashTokenSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function fields(encoded: string): Readonly<Record<'u' | 'f' | 'i' | 's', unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    throw damaged('it cannot be decoded'); // the parser's message would repeat parts of it
  }
  if (typeof value !== 'object' || value === null) throw damaged('it cannot be decoded');
  const { u, f, i, s } = value as Record<string, unknown>;
  return { u, f, i, s };
}

function checked(value: unknown, pattern: RegExp, what: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw damaged(`its ${what} is not one`);
  return value;
}

function baseUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CertificateError('An enrolment token needs the https:// URL of the enrolment listener, without credentials, query or fragment.');
  }
  let path = url.pathname;
  while (path.endsWith('/')) path = path.slice(0, -1);
  const base = `${url.origin}${path}`;
  if (base.length > MAX_URL) throw new CertificateError(`The URL of an enrolment listener has at most ${MAX_URL} characters; this one has ${base.length}.`);
  return base;
}

function damaged(why: string): CertificateError {
  return new CertificateError(`This enrolment token is damaged: ${why}. Copy the whole line again, or make a new token.`);
}
