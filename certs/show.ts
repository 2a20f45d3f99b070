import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CertificateError } from './certificate-error.js';

/** What people ask of a certificate. Times are ISO 8601. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly usages: readonly string[];
  readonly isAuthority: boolean;
  readonly serialNumber: string;
  readonly sha256: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days left; negative once expired. */
  readonly daysLeft: number;
}

const USAGE_NAMES: Readonly<Record<string, string>> = { '1.3.6.1.5.5.7.3.1': 'serverAuth', '1.3.6.1.5.5.7.3.2': 'clientAuth' };
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Every certificate of a PEM file, in the file's order. */
export async function showCertificates(path: string, now = new Date()): Promise<CertificateSummary[]> {
  const text = await readFile(path, 'utf8');
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new CertificateError(`${path} holds no PEM certificate ("-----BEGIN CERTIFICATE-----").`);
  return blocks.map((pem) => summarize(new X509Certificate(pem), now));
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

function summarize(certificate: X509Certificate, now: Date): CertificateSummary {
  const notAfter = new Date(certificate.validTo);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== ''),
    usages: (certificate.keyUsage as string[] | undefined ?? []).map((oid) => USAGE_NAMES[oid] ?? oid),
    isAuthority: certificate.ca,
    serialNumber: certificate.serialNumber,
    sha256: certificate.fingerprint256,
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: notAfter.toISOString(),
    daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / 86_400_000),
  };
}
