import { verify, type X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.js';
import { DER, derContent, derElement, derElements, derObjectId, derTime, type DerElement } from './der.js';
import { fingerprintOf, serialText, type TrustBundle } from './trust-bundle.js';

/*
 * Read here and not by the X.509 library: that one gives up at some thousand entries, and gives a list without
 * `nextUpdate` as an empty one.
 */

/** A list of a hundred thousand certificates has about 4 MB. */
export const MAX_LIST_BYTES = 32 * 1_024 ** 2;

const PEM_LIST = /-----BEGIN (X509 )?CRL-----([^-]+)-----END (X509 )?CRL-----/g;
/** Hashes of signature algorithms; null: the algorithm has its own. */
const HASHES: Readonly<Record<string, string | null>> = {
  '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256', '1.2.840.113549.1.1.12': 'sha384', '1.2.840.113549.1.1.13': 'sha512', '1.3.101.112': null,
};
const DELTA = '2.5.29.27';
const DISTRIBUTION_POINT = '2.5.29.28';
const ENTRY_ISSUER = '2.5.29.29';
/** Tags in an issuing distribution point: only some reasons, indirect, only attribute certificates (RFC 5280 section 5.2.5). */
const ONLY_A_PART: ReadonlySet<number> = new Set([0x83, 0x84, 0x85]);

/** What revocation lists say (RFC 5280 section 5). */
export interface RevocationList {
  /** `issuer`: fingerprint of the authority's certificate; `serial`: as `serialText` writes it. */
  isRevoked(issuer: string, serial: string): boolean;
  readonly count: number;
  /** The earliest time one of them wants to be replaced by. */
  readonly nextUpdate: Date | undefined;
}

interface OneList {
  readonly serials: ReadonlySet<string>;
  readonly nextUpdate: Date | undefined;
  isSignedBy(authority: X509Certificate): boolean;
}

/**
 * Reads the lists of a file, PEM (any number) or DER (one). Each has to be signed by an authority of the bundle. Throws a
 * {@link CertificateError} for one that cannot be read, is signed by somebody else, or is of a kind that says only a part
 * (delta lists, lists on behalf of other authorities): what is left out might be what was revoked.
 */
export function readRevocationLists(data: Buffer, { certificates }: TrustBundle): RevocationList {
  if (data.length > MAX_LIST_BYTES) throw new CertificateError(`The revocation list has ${data.length} bytes; up to ${MAX_LIST_BYTES} are read.`);
  const blocks = data.includes('-----BEGIN') ? [...data.toString('latin1').matchAll(PEM_LIST)].map(([, , base64 = '']) => Buffer.from(base64, 'base64')) : [data];
  if (blocks.length === 0) throw new CertificateError('There is no revocation list in the file ("-----BEGIN X509 CRL-----", or DER).');
  const revoked = new Map<string, ReadonlySet<string>[]>();
  let nextUpdate: Date | undefined;
  for (const block of blocks) {
    const list = parsed(block);
    const signers = certificates.filter((certificate) => list.isSignedBy(certificate)).map(fingerprintOf);
    if (signers.length === 0) throw new CertificateError('The revocation list is not signed by an authority that is trusted for agents. Add the authority\'s certificate to those.');
    for (const signer of signers) revoked.set(signer, [...revoked.get(signer) ?? [], list.serials]);
    if (list.nextUpdate !== undefined && (nextUpdate === undefined || list.nextUpdate < nextUpdate)) nextUpdate = list.nextUpdate;
  }
  return {
    isRevoked: (issuer, serial) => revoked.get(issuer)?.some((serials) => serials.has(serialText(serial))) ?? false,
    count: [...revoked.values()].flat().reduce((sum, serials) => sum + serials.size, 0),
    nextUpdate,
  };
}

function parsed(block: Buffer): OneList {
  try {
    const [tbs, algorithm, signature] = [...derElements(derContent(derElement(block), DER.sequence))];
    const hash = HASHES[derObjectId([...derElements(derContent(algorithm, DER.sequence))][0])];
    if (hash === undefined) throw new CertificateError('its signature is of a kind that is not supported (ECDSA or RSA with SHA-256, SHA-384 or SHA-512, Ed25519)');
    const bits = derContent(signature, DER.bitString).subarray(1); // the first byte counts unused bits
    if (tbs === undefined) throw new CertificateError('it is empty');
    return {
      ...contentOf(derContent(tbs, DER.sequence)),
      isSignedBy: ({ publicKey }) => {
        try {
          return verify(hash, tbs.whole, publicKey, bits);
        } catch {
          return false; // a key of another kind
        }
      },
    };
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new CertificateError(`The revocation list cannot be used: ${error.message}`);
  }
}

/** TBSCertList, RFC 5280 section 5.1. */
function contentOf(tbs: Buffer): Omit<OneList, 'isSignedBy'> {
  const parts = [...derElements(tbs)];
  take(parts, ({ tag }) => tag === DER.integer); // version
  const [algorithm, issuer] = parts.splice(0, 2);
  if (algorithm?.tag !== DER.sequence || issuer?.tag !== DER.sequence) throw new CertificateError('it does not say whose it is');
  if (take(parts, isTime) === undefined) throw new CertificateError('it does not say since when it counts');
  const nextUpdate = take(parts, isTime);
  const entries = take(parts, ({ tag }) => tag === DER.sequence);
  const extensions = take(parts, ({ tag }) => tag === DER.context0);
  if (parts.length > 0) throw new CertificateError('there is something in it that no such list has');
  if (extensions !== undefined) requireComplete(derContent(derElement(extensions.content), DER.sequence));
  return { serials: entries === undefined ? new Set<string>() : serialsOf(entries.content), nextUpdate: nextUpdate === undefined ? undefined : derTime(nextUpdate) };
}

/** Takes the first element away when it is of that kind. */
function take(parts: DerElement[], isOne: (element: DerElement) => boolean): DerElement | undefined {
  return parts[0] !== undefined && isOne(parts[0]) ? parts.shift() : undefined;
}

function serialsOf(entries: Buffer): Set<string> {
  const serials = new Set<string>();
  for (const entry of derElements(entries)) {
    const [serial, , extensions] = [...derElements(derContent(entry, DER.sequence))];
    serials.add(serialText(derContent(serial, DER.integer).toString('hex')));
    if (extensions !== undefined && extensionsOf(derContent(extensions, DER.sequence)).has(ENTRY_ISSUER)) throw new CertificateError('it speaks for other authorities as well; such lists are not supported');
  }
  return serials;
}

function requireComplete(extensions: Buffer): void {
  const found = extensionsOf(extensions);
  if (found.has(DELTA)) throw new CertificateError('it is a delta list; give the complete one');
  const point = found.get(DISTRIBUTION_POINT);
  if (point === undefined) return;
  const flags = [...derElements(derContent(derElement(point), DER.sequence))];
  if (flags.some(({ tag }) => ONLY_A_PART.has(tag))) throw new CertificateError('it is for some reasons only, for other authorities, or for attribute certificates; give a complete one');
}

/** Values by object id. */
function extensionsOf(extensions: Buffer): ReadonlyMap<string, Buffer> {
  return new Map([...derElements(extensions)].map((extension) => {
    const [id, ...rest] = [...derElements(derContent(extension, DER.sequence))];
    return [derObjectId(id), rest.at(-1)?.content ?? Buffer.alloc(0)] as const;
  }));
}

function isTime({ tag }: DerElement): boolean {
  return tag === DER.utcTime || tag === DER.generalizedTime;
}
