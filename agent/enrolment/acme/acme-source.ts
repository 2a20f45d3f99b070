import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeNamedRequest } from '../../../certs/enrolment/named-request.js';
import type { AcmeConfig } from '../../config/acme-settings.js';
import type { ProxySettings } from '../../transport/proxy-tunnel.js';
import type { CertificateSource } from '../certificate-source.js';
import { UnfitCertificate, certificatesOf, checkFit } from '../check-issued.js';
import { EnrolmentRefused } from '../enrolment-client.js';
import { IdentityError, type IdentityStore } from '../identity-store.js';
import { accountKey } from './account-key.js';
import { orderCertificate } from './acme-order.js';
import { AcmeSession } from './acme-session.js';
import { responderFor, type ResponderReport } from './challenge-responder.js';

export interface AcmeSourceParts extends ResponderReport {
  readonly config: AcmeConfig;
  readonly store: IdentityStore;
  readonly stateDirectory: string;
  /** Where `config` names no other. */
  readonly proxy: ProxySettings | undefined;
  readonly userAgent: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Renewed after this part of its life. */
const RENEW_AT = 2 / 3;

/** Tells one set of names, kind of key and authority from another. */
export function fingerprintOf({ directory, names, keyType }: AcmeConfig): string {
  return `acme:${createHash('sha256').update(JSON.stringify([directory.href, names, keyType])).digest('hex').slice(0, 32)}`;
}

/** Certificates of an authority that speaks ACME (RFC 8555). */
export function acmeSource(parts: AcmeSourceParts): CertificateSource {
  const { config, store } = parts;
  return {
    keyType: config.keyType,
    request: (key) => makeNamedRequest(key, config.names),
    async ask({ next, key }, stop) {
      const { slot } = next;
      try {
        const session = await AcmeSession.open(config, {
          accountKey: await accountKey(join(parts.stateDirectory, 'acme')),
          route: { directory: config.directory, ca: await readCa(config.ca), proxy: config.proxy ?? parts.proxy, timeout: config.timeout, userAgent: parts.userAgent },
        }, stop);
        const certificate = await orderCertificate({
          session, names: config.names, request: next.request, patience: config.validationTimeout, begun: next.order,
          responder: await responderFor(config.challenge, parts),
          onBegun: async (order) => { await store.change((before) => (before?.next?.slot === slot ? { ...before, next: { ...before.next, order } } : undefined)); },
        });
        return { certificate, renewAfter: checked(certificate, key, config.names, parts.now()) };
      } catch (error) {
        // What was refused, or is of no use, stays so: the next attempt begins with an order of its own.
        if (error instanceof EnrolmentRefused || error instanceof IdentityError) await store.change((before) => (before?.next?.slot === slot && before.next.order !== undefined ? { ...before, next: { ...before.next, order: undefined } } : undefined));
        throw error;
      }
    },
  };
}

/** When the certificate is to be renewed. Throws an {@link IdentityError} for one that is not what was asked for. */
function checked(chain: string, key: string, names: readonly string[], now: number): string {
  try {
    const leaf = checkFit(certificatesOf(chain)[0], key, now);
    const missing = names.find((name) => leaf.checkHost(name, { subject: 'never' }) === undefined);
    if (missing !== undefined) throw new UnfitCertificate(`it is not for ${missing}`);
    return renewalOf(leaf);
  } catch (error) {
    if (!(error instanceof UnfitCertificate)) throw error;
    throw new IdentityError(`The authority issued a certificate that cannot be used: ${error.message}.`);
  }
}

function renewalOf({ validFrom, validTo }: X509Certificate): string {
  const from = Date.parse(validFrom);
  return new Date(from + (Date.parse(validTo) - from) * RENEW_AT).toISOString();
}

async function readCa(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new IdentityError(`enrolment.acme.ca: the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
  }
}
