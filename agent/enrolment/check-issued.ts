import { X509Certificate, createPrivateKey } from 'node:crypto';

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const MOST_CERTIFICATES = 64;
const LONGEST_CHAIN = 8;

/** What came from the controller is not what was asked for. */
export class UnfitCertificate extends Error {
  override readonly name = 'UnfitCertificate';
}

/** The certificates of a PEM text. Throws when there is none, or something that is none. */
export function certificatesOf(pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...rest] = pem.match(CERTIFICATES) ?? [];
  if (first === undefined) throw new UnfitCertificate('it holds no certificate in PEM');
  if (rest.length >= MOST_CERTIFICATES) throw new UnfitCertificate(`it holds more than ${MOST_CERTIFICATES} certificates`);
  try {
    return [new X509Certificate(first), ...rest.map((text) => new X509Certificate(text))];
  } catch {
    throw new UnfitCertificate('it holds something that is no X.509 certificate');
  }
}

/** A bundle to trust: authorities only, at least one of them valid at `at`. */
export function checkTrust(bundle: string, at: number): readonly X509Certificate[] {
  const authorities = certificatesOf(bundle);
  const stranger = authorities.find(({ ca }) => !ca);
  if (stranger !== undefined) throw new UnfitCertificate(`it holds ${nameOf(stranger)}, which is no authority's`);
  if (!authorities.some((authority) => isValid(authority, at))) throw new UnfitCertificate('no authority in it is valid now; check the clock of this machine');
  return authorities;
}

/** The leaf of an issued chain: for our key, valid now, for a client, and signed (through its chain) by an authority we were given. Throws an {@link UnfitCertificate}. */
export function checkIssued(chain: string, key: string, trust: string, at: number): X509Certificate {
  const [leaf, ...intermediates] = certificatesOf(chain);
  checkFit(leaf, key, at);
  if (!leadsTo(leaf, intermediates, checkTrust(trust, at), at)) throw new UnfitCertificate('no authority of the trust bundle that came with it signed it');
  return leaf;
}

/** A certificate for our key, valid now, for a client. Throws an {@link UnfitCertificate}. */
export function checkFit(leaf: X509Certificate, key: string, at: number): X509Certificate {
  if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new UnfitCertificate('it is for another key than ours');
  if (!isValid(leaf, at)) throw new UnfitCertificate(`it is valid from ${timeOf(leaf.validFrom)} to ${timeOf(leaf.validTo)}, which is not now; check the clock of this machine`);
  const uses = leaf.keyUsage as string[] | undefined;
  if (uses !== undefined && !uses.includes(CLIENT_AUTHENTICATION)) throw new UnfitCertificate('it is not for a TLS client');
  return leaf;
}

/** Whether signatures lead from a certificate, through some of those sent with it, to an authority that is trusted. */
export function leadsTo(leaf: X509Certificate, intermediates: readonly X509Certificate[], trusted: readonly X509Certificate[], at: number): boolean {
  let certificate = leaf;
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    const child = certificate;
    if (trusted.some((authority) => isValid(authority, at) && (authority.raw.equals(child.raw) || signed(authority, child)))) return true;
    const parent = intermediates.find((candidate) => candidate !== child && candidate.ca && isValid(candidate, at) && signed(candidate, child));
    if (parent === undefined) return false;
    certificate = parent;
  }
  return false;
}

function signed(authority: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

export function isValid(certificate: X509Certificate, at: number): boolean {
  return Date.parse(certificate.validFrom) <= at && at <= Date.parse(certificate.validTo);
}

function timeOf(text: string): string {
  return new Date(text).toISOString();
}

/** A distinguished name on one line. */
export function nameOf({ subject }: Pick<X509Certificate, 'subject'>): string {
  return oneLine(subject);
}

export function oneLine(name: string): string {
  return name.split('\n').join(', ');
}
