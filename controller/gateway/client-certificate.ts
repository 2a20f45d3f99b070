import { TLSSocket, type DetailedPeerCertificate } from 'node:tls';
import { serialText } from '../../certs/trust-bundle.js';

/** One certificate of a chain. Fingerprints: SHA-256 of the DER in lower-case hex. */
export interface ChainLink {
  readonly fingerprint: string;
  /** As `serialText` writes it. */
  readonly serial: string;
  /** Fingerprint of the certificate that signed it. Undefined: not sent, and not among the trusted ones. */
  readonly issuer: string | undefined;
}

/** The certificate a client has shown, its signature chain checked by TLS. */
export interface ClientCertificate extends ChainLink {
  /** The one common name; without any, as public authorities have it, the one DNS name. Undefined when there is none or more than one. */
  readonly name: string | undefined;
  /** The one organisational unit. */
  readonly group: string | undefined;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Itself first, the root last. */
  readonly chain: readonly ChainLink[];
}

const LONGEST_CHAIN = 10;

/** Undefined without one, or when no trusted authority signed it. */
export function clientCertificate(socket: unknown): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const peer = socket.getPeerCertificate(true) as Partial<DetailedPeerCertificate>;
  if (peer.fingerprint256 === undefined) return undefined;
  const chain = chainOf(peer as DetailedPeerCertificate);
  const [own] = chain;
  if (own === undefined) return undefined;
  const subject = peer.subject as { readonly CN?: string | string[]; readonly OU?: string | string[] } | undefined;
  return { ...own, chain, name: subject?.CN === undefined ? onlyDnsName(peer.subjectaltname) : single(subject.CN), group: single(subject?.OU), notAfter: Date.parse(peer.valid_to ?? '') };
}

/** Undefined unless it is the only name of any kind. */
function onlyDnsName(names: string | undefined): string | undefined {
  return /^DNS:([A-Za-z0-9.-]+)$/.exec(names ?? '')?.[1];
}

function chainOf(leaf: DetailedPeerCertificate): ChainLink[] {
  const chain: ChainLink[] = [];
  let each: DetailedPeerCertificate | undefined = leaf;
  while (each !== undefined && chain.length < LONGEST_CHAIN) {
    // The types say there always is one; there is none when it was neither sent nor trusted.
    const above = each.issuerCertificate as DetailedPeerCertificate | undefined;
    chain.push({ fingerprint: hex(each.fingerprint256), serial: serialText(each.serialNumber), issuer: above === undefined ? undefined : hex(above.fingerprint256) });
    each = above === undefined || above.fingerprint256 === each.fingerprint256 ? undefined : above;
  }
  return chain;
}

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}
