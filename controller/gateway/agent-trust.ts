import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUTHORITIES_FILE, ROOT_CERTIFICATE_FILE, readTrusted } from '../../certs/authority-directory.js';
import { CertificateError } from '../../certs/certificate-error.js';
import type { RevocationList } from '../../certs/revocation-list.js';
import { trustBundle, type TrustBundle } from '../../certs/trust-bundle.js';
import type { TrustNow } from '../enrolment/certificate-judge.js';
import type { Log } from '../log.js';

export interface TrustSources {
  /** PEM file of authorities. */
  readonly ca: string | undefined;
  /** Directory of the authority that enrols agents. */
  readonly authority: string | undefined;
  /** Revocation lists, PEM or DER. */
  readonly crl: string | undefined;
}

/** Which authorities' agents are let in, and which of their certificates are not: files that may change at any time. */
export class AgentTrust {
  readonly #sources: TrustSources;
  readonly #log: Log;
  #now: TrustNow;

  private constructor(sources: TrustSources, log: Log, now: TrustNow) {
    this.#sources = sources;
    this.#log = log;
    this.#now = now;
  }

  static async open(sources: TrustSources, log: Log): Promise<AgentTrust> {
    return new AgentTrust(sources, log, await read(sources, log));
  }

  get now(): TrustNow {
    return this.#now;
  }

  paths(): readonly string[] {
    const { ca, authority, crl } = this.#sources;
    return [ca, crl, ...(authority === undefined ? [] : [join(authority, AUTHORITIES_FILE), join(authority, ROOT_CERTIFICATE_FILE)])].filter((path) => path !== undefined);
  }

  /** Rejects, with everything as it was, when a file cannot be used. */
  async reload(): Promise<void> {
    this.#now = await read(this.#sources, this.#log);
  }
}

async function read({ ca, authority, crl }: TrustSources, log: Log): Promise<TrustNow> {
  const texts = [ca === undefined ? '' : await readFile(ca, 'utf8'), ...(authority === undefined ? [] : await readTrusted(authority)).map(({ certificate }) => certificate)];
  const bundle = trustBundle(...texts);
  // Without one, TLS would trust every authority the system knows.
  if (bundle.certificates.length === 0) throw new CertificateError(`gateway.tls.ca: there is no certificate in ${ca ?? 'the authority directory'}.`);
  return { bundle, lists: crl === undefined ? undefined : await readLists(crl, bundle, log) };
}

async function readLists(path: string, bundle: TrustBundle, log: Log): Promise<RevocationList> {
  const { readRevocationLists } = await import('../../certs/revocation-list.js');
  try {
    const lists = readRevocationLists(await readFile(path), bundle);
    const overdue = lists.nextUpdate !== undefined && lists.nextUpdate.getTime() < Date.now();
    if (overdue) log.error({ file: path, nextUpdate: lists.nextUpdate }, 'the revocation list should have been replaced by now; what it says still counts');
    log.info({ file: path, revoked: lists.count, nextUpdate: lists.nextUpdate }, 'revocation lists read');
    return lists;
  } catch (error) {
    throw new CertificateError(`gateway.tls.crl: ${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}
