import { X509Certificate } from 'node:crypto';
import { CertificateError } from '../../certs/certificate-error.js';
import { certificatesOf, fingerprintOf, type TrustBundle } from '../../certs/trust-bundle.js';

export interface ServerChain {
  /** PEM: the server's certificate, those between, the root last. */
  readonly pem: string;
  /** SHA-256 of the root's DER in lower-case hex. */
  readonly root: string;
  /** DNS names and addresses of the server's certificate. */
  readonly names: readonly string[];
}

/** Completes the chain of a server's certificate with its root, by which an agent that trusts nothing yet knows it. */
export function serverChain(pem: string, bundle: TrustBundle): ServerChain {
  const chain = certificatesOf(pem);
  const [own] = chain;
  let top = chain.at(-1);
  if (own === undefined || top === undefined) throw new CertificateError('There is no certificate in the file of the server certificate.');
  while (!isRoot(top)) {
    const above = issuerOf(top, bundle);
    if (above === undefined) {
      throw new CertificateError(`The authority that signed the server certificate (${oneLine(top.issuer)}) is neither in its file, nor in enrolment.authority, nor in enrolment.trust: agents could not trust it.`);
    }
    chain.push(above);
    top = above;
  }
  const names = (own.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, '')).filter((name) => name !== '');
  return { pem: chain.map((certificate) => certificate.toString()).join(''), root: fingerprintOf(top), names };
}

/** The authority of the bundle that signed the certificate. */
export function issuerOf(certificate: X509Certificate, bundle: TrustBundle): X509Certificate | undefined {
  return bundle.certificates.find((candidate) => certificate.checkIssued(candidate) && certificate.verify(candidate.publicKey));
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate);
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
