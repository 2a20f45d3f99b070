import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** ECDSA P-256 with SHA-256 throughout: small, fast, and accepted by every TLS stack a Java or Node peer runs on. */
const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A certificate is valid from a little before it was made, so that a peer whose clock is behind accepts it. */
const CLOCK_SKEW_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

export type CertificateUsage = 'controller' | 'agent';

const EXTENDED_USAGE: Record<CertificateUsage, x509.ExtendedKeyUsage> = {
  controller: x509.ExtendedKeyUsage.serverAuth,
  agent: x509.ExtendedKeyUsage.clientAuth,
};

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

/** Of the certificate's holder: made here, or read from a request. */
export type SubjectKey = webcrypto.CryptoKey | x509.PublicKey;

export interface LeafRequest {
  readonly usage: CertificateUsage;
  /** Distinguished name in parts, most significant last, e.g. `[{ CN: ['agent-1'] }]`. */
  readonly subject: x509.JsonName;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly validity: Validity;
}

/** `days` may be a fraction; `from` defaults to now (less five minutes for slow clocks). */
export function validity(days: number, from?: Date): Validity {
  if (!Number.isFinite(days) || days <= 0) throw new RangeError(`A certificate's life must be a positive number of days, not ${days}.`);
  const start = from ?? new Date(Date.now() - CLOCK_SKEW_MS);
  return { notBefore: start, notAfter: new Date((from ?? new Date()).getTime() + days * DAY_MS) };
}

export async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

/** PKCS #8 in PEM. */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** Reads what {@link privateKeyPem} wrote. */
export async function readPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY_ALGORITHM, true, ['sign']);
}

export function certificatePem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** 128 random bits, first bit clear so that the DER integer stays positive (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** A root that signs end-entity certificates only (path length 0). */
export async function buildRoot(commonName: string, keys: webcrypto.CryptoKeyPair, valid: Validity): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    ...valid,
    signingAlgorithm: SIGNING_ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** An end-entity certificate for exactly one purpose, so that an agent's key cannot pose as a controller's. */
export async function buildLeaf(issuer: Issuer, publicKey: SubjectKey, request: LeafRequest): Promise<x509.X509Certificate> {
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([EXTENDED_USAGE[request.usage]]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
  ];
  if (request.names.length > 0) {
    extensions.push(new x509.SubjectAlternativeNameExtension(request.names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))));
  }
  return x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: issuer.certificate.subject,
    subject: request.subject,
    ...request.validity,
    signingAlgorithm: SIGNING_ALGORITHM,
    signingKey: issuer.privateKey,
    publicKey,
    extensions,
  });
}
