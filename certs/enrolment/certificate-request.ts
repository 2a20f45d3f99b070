import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createHash, createPublicKey, webcrypto, type KeyObject } from 'node:crypto';
import { generateKeys, privateKeyPem, readPrivateKey } from '../certificate-builder.js';
import { CertificateError } from '../certificate-error.js';

const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const MAX_PEM = 32_768;
const ONE_REQUEST = /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----[A-Za-z0-9+/=\s]+-----END (NEW )?CERTIFICATE REQUEST-----\s*$/;
const HASHES: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512']);
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1']);
const LEAST_RSA_BITS = 2_048;
/** Checking a signature of a longer key would cost strangers nothing and us much. */
const MOST_RSA_BITS = 8_192;
const LEAST_RSA_EXPONENT = 65_537n;

/** A new private key of an agent: ECDSA P-256, PKCS #8 in PEM. To be on disk before anything is asked for with it. */
export async function makeAgentKey(): Promise<string> {
  return privateKeyPem((await generateKeys()).privateKey);
}

/**
 * A certificate request (PKCS #10, PEM) for a key that {@link makeAgentKey} made. `name` is for people who look at it: the
 * controller takes nothing but the key.
 */
export async function makeCertificateRequest(privateKey: string, name: string): Promise<string> {
  const key = await readPrivateKey(privateKey);
  const publicKey = await webcrypto.subtle.importKey('spki', createPublicKey(privateKey).export({ type: 'spki', format: 'der' }), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }], keys: { privateKey: key, publicKey }, signingAlgorithm: SIGNING,
  });
  return `${request.toString('pem')}\n`;
}

/** The only thing taken from a request. */
export interface RequestedKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  /** SHA-256 of it in hex: two requests with the same one are for the same key. */
  readonly hash: string;
}

/**
 * Checks a request: one PKCS #10 in PEM, a key that is strong enough (ECDSA P-256 or P-384, Ed25519, RSA of 2048 to 8192
 * bits), and a signature that proves its sender holds the private key (RFC 2986 section 3). Throws a {@link CertificateError}.
 */
export async function checkCertificateRequest(pem: string): Promise<RequestedKey> {
  if (pem.length > MAX_PEM || !ONE_REQUEST.test(pem)) throw new CertificateError('The certificate request must be one PKCS #10 request in PEM ("-----BEGIN CERTIFICATE REQUEST-----").');
  let request: x509.Pkcs10CertificateRequest;
  let spki: Buffer;
  let key: KeyObject;
  try {
    request = new x509.Pkcs10CertificateRequest(pem);
    spki = Buffer.from(request.publicKey.rawData);
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    throw new CertificateError('The certificate request cannot be read, or its key is of a kind that is not known here.');
  }
  requireStrong(key);
  await requireProof(request);
  return { spki, hash: createHash('sha256').update(spki).digest('hex') };
}

function requireStrong(key: KeyObject): void {
  const kind = key.asymmetricKeyType ?? 'unknown';
  const { namedCurve = 'unknown' } = key.asymmetricKeyDetails ?? {};
  if (kind === 'rsa') requireStrongRsa(key);
  else if (kind === 'ec' && !CURVES.has(namedCurve)) throw new CertificateError(`The key of the certificate request is on the curve ${namedCurve}: make one on P-256 or P-384.`);
  else if (kind !== 'ec' && kind !== 'ed25519') throw new CertificateError(`The key of the certificate request is of the kind ${kind}: make an ECDSA (P-256, P-384), Ed25519 or RSA key.`);
}

function requireStrongRsa({ asymmetricKeyDetails }: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (modulusLength < LEAST_RSA_BITS || modulusLength > MOST_RSA_BITS) throw new CertificateError(`The RSA key of the certificate request has ${modulusLength} bits: make one of ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} bits.`);
  if (publicExponent < LEAST_RSA_EXPONENT) throw new CertificateError(`The RSA key of the certificate request has the exponent ${publicExponent}: make one with 65537.`);
}

async function requireProof(request: x509.Pkcs10CertificateRequest): Promise<void> {
  let isProven: boolean;
  try {
    const { name, hash } = request.signatureAlgorithm as { readonly name?: string; readonly hash?: { readonly name?: string } };
    if (name !== 'Ed25519' && (hash?.name === undefined || !HASHES.has(hash.name))) throw new CertificateError('The certificate request must be signed with SHA-256, SHA-384 or SHA-512.');
    isProven = await request.verify();
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    isProven = false;
  }
  if (!isProven) throw new CertificateError('The signature of the certificate request does not fit its key: its sender has not shown that it holds the private key.');
}
