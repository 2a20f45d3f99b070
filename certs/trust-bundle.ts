import { X509Certificate, createHash } from 'node:crypto';
import { CertificateError } from './certificate-error.js';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Authorities that are trusted together. */
export interface TrustBundle {
  readonly certificates: readonly X509Certificate[];
  /** Each once, in the order they were given. */
  readonly pem: string;
  /** Names the content: the same authorities in another order have the same one. */
  readonly revision: string;
  /** By SHA-256 of the DER, 64 lower-case hex digits. */
  has(fingerprint: string): boolean;
}

/** The certificates of a PEM text; none when there are none. Throws a {@link CertificateError} for one that cannot be read. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new CertificateError('There is a certificate that cannot be read among the PEM blocks.');
    }
  });
}

/** Makes one bundle of several PEM texts. */
export function trustBundle(...texts: readonly string[]): TrustBundle {
  const byFingerprint = new Map<string, X509Certificate>();
  for (const certificate of texts.flatMap(certificatesOf)) {
    const fingerprint = fingerprintOf(certificate);
    if (!byFingerprint.has(fingerprint)) byFingerprint.set(fingerprint, certificate);
  }
  const certificates = [...byFingerprint.values()];
  return {
    certificates,
    pem: certificates.map((certificate) => certificate.toString()).join(''),
    revision: createHash('sha256').update([...byFingerprint.keys()].sort().join()).digest('hex').slice(0, 16),
    has: (fingerprint) => byFingerprint.has(fingerprint),
  };
}

/** SHA-256 of the DER, 64 lower-case hex digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Upper-case hex without leading zeros, however it was written: `00:0a:1B` is `A1B`. */
export function serialText(serial: string): string {
  return serial.replaceAll(/[:\s]/g, '').toUpperCase().replace(/^(0X)?0*(?=.)/, '');
}
