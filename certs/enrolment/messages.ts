import { CertificateError } from '../certificate-error.js';

/** Paths below the listener's base URL. */
export const ENROL_PATH = '/enrolment/v1/enrol';
export const RENEW_PATH = '/enrolment/v1/renew';
export const TRUST_PATH = '/enrolment/v1/trust';

/** Largest body in either direction, in bytes. */
export const MAX_MESSAGE_BYTES = 65_536;

/** `POST /enrolment/v1/enrol`. */
export interface EnrolRequest {
  /** Id and secret of the token. */
  readonly id: string;
  readonly secret: string;
  /** PKCS #10 in PEM. Only its key counts; name and group are the token's. */
  readonly csr: string;
  /** What the agent calls its machine; shown to operators, never believed. */
  readonly hostId?: string | undefined;
}

/** `POST /enrolment/v1/renew`, with the agent's present certificate as the client certificate. */
export interface RenewRequest {
  readonly csr: string;
}

/** Answer to both. */
export interface CertificateAnswer {
  readonly agent: string;
  readonly group?: string | undefined;
  /** PEM chain, leaf first. */
  readonly certificate: string;
  /** PEM bundle of every authority to trust from now on: the gateway's and the listener's. Replaces the earlier one. */
  readonly trust: string;
  /** The revision of `trust`, see {@link TrustAnswer}. */
  readonly revision: string;
  /** ISO 8601. */
  readonly renewAfter: string;
}

/** Answer to `GET /enrolment/v1/trust`. */
export interface TrustAnswer {
  readonly trust: string;
  /** Names the content of `trust`: another revision, another bundle. Says nothing about which is newer. */
  readonly revision: string;
  /** ISO 8601: when the certificate that asked is to be renewed. Earlier than its issue said when its authority is being replaced. */
  readonly renewAfter?: string | undefined;
}

/** Every answer but 200. */
export interface RefusalAnswer {
  /** `unknown_token`, `bad_request`, `bad_certificate_request`, `certificate_refused`, `too_many_requests`, `too_large`, `not_found`, `unavailable`. */
  readonly error: string;
  readonly message: string;
}

const MAX_PEM = 32_768;

export function readEnrolRequest(body: unknown): EnrolRequest {
  const fields = objectOf(body);
  const hostId = fields['hostId'];
  return {
    id: text(fields, 'id', 64), secret: text(fields, 'secret', 128), csr: text(fields, 'csr', MAX_PEM),
    ...(hostId === undefined || hostId === null ? {} : { hostId: text(fields, 'hostId', 255) }),
  };
}

export function readRenewRequest(body: unknown): RenewRequest {
  return { csr: text(objectOf(body), 'csr', MAX_PEM) };
}

export function readCertificateAnswer(body: unknown): CertificateAnswer {
  const fields = objectOf(body);
  const group = fields['group'];
  return {
    agent: text(fields, 'agent', 64),
    ...(group === undefined || group === null ? {} : { group: text(fields, 'group', 255) }),
    certificate: pem(fields, 'certificate'), trust: pem(fields, 'trust'), revision: text(fields, 'revision', 128), renewAfter: time(fields, 'renewAfter'),
  };
}

export function readTrustAnswer(body: unknown): TrustAnswer {
  const fields = objectOf(body);
  return {
    trust: pem(fields, 'trust'), revision: text(fields, 'revision', 128),
    ...(fields['renewAfter'] === undefined ? {} : { renewAfter: time(fields, 'renewAfter') }),
  };
}

/** Undefined when the body is no refusal of ours (a proxy answered, say). Control characters are gone from the message. */
export function readRefusal(body: unknown): RefusalAnswer | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, message } = body as Record<string, unknown>;
  if (typeof error !== 'string' || typeof message !== 'string') return undefined;
  return { error: printable(error, 64), message: printable(message, 1_000) };
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new CertificateError('The body must be a JSON object.');
  return body as Record<string, unknown>;
}

function text(fields: Readonly<Record<string, unknown>>, name: string, longest: number): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || value.length > longest) throw new CertificateError(`"${name}" must be a text of 1 to ${longest} characters.`);
  return value;
}

function pem(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(fields, name, MAX_MESSAGE_BYTES);
  if (!value.includes('-----BEGIN CERTIFICATE-----')) throw new CertificateError(`"${name}" must hold certificates in PEM.`);
  return value;
}

function time(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(fields, name, 40);
  if (!/^\d{4}-\d\d-\d\dT/.test(value) || Number.isNaN(Date.parse(value))) throw new CertificateError(`"${name}" must be a time in ISO 8601.`);
  return value;
}

function printable(value: string, longest: number): string {
  return value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').slice(0, longest);
}
