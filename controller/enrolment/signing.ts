import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAuthority, type Authority } from '../../certs/authority.js';
import { AUTHORITIES_FILE, ROOT_CERTIFICATE_FILE } from '../../certs/authority-directory.js';
import type { RequestedKey } from '../../certs/enrolment/certificate-request.js';
import { fingerprintOf, serialText, trustBundle, type TrustBundle } from '../../certs/trust-bundle.js';
import type { Log } from '../log.js';
import type { NewCertificate } from './certificate-register.js';

export interface SigningSettings {
  /** Directory of the authority. */
  readonly authority: string;
  /** PEM of further authorities that agents shall trust: those that sign the gateway and the listener, when others do. */
  readonly trust?: string | undefined;
  /** Of certificates, in milliseconds. */
  readonly certificateLife: number;
}

const DAY = 86_400_000;

/** The authority that signs agents, as its directory says at the moment, and what agents are to trust. */
export class Signing {
  readonly #settings: SigningSettings;
  readonly #log: Log;
  #authority: Authority;
  #trust: TrustBundle;
  #issuer: X509Certificate;

  private constructor(settings: SigningSettings, log: Log, read: { readonly authority: Authority; readonly trust: TrustBundle }) {
    this.#settings = settings;
    this.#log = log;
    this.#authority = read.authority;
    this.#trust = read.trust;
    this.#issuer = new X509Certificate(read.authority.certificate);
  }

  static async open(settings: SigningSettings, log: Log): Promise<Signing> {
    return new Signing(settings, log, await read(settings));
  }

  /** What agents are to trust. */
  get trust(): TrustBundle {
    return this.#trust;
  }

  /** Of the authority that signs. */
  get issuer(): string {
    return fingerprintOf(this.#issuer);
  }

  /** Files to follow for changes. */
  paths(): readonly string[] {
    const { authority, trust } = this.#settings;
    return [join(authority, AUTHORITIES_FILE), join(authority, ROOT_CERTIFICATE_FILE), ...(trust === undefined ? [] : [trust])];
  }

  async reload(): Promise<void> {
    const { authority, trust } = await read(this.#settings);
    this.#issuer = new X509Certificate(authority.certificate);
    [this.#authority, this.#trust] = [authority, trust];
  }

  /** Signs; nobody may have the certificate before it is in the register. */
  async issue(agent: string, group: string | undefined, key: RequestedKey): Promise<NewCertificate> {
    const issuer = this.#issuer;
    const left = Date.parse(issuer.validTo) - Date.now() - 1_000;
    if (left < this.#settings.certificateLife) this.#log.warn({ ends: issuer.validTo }, 'the authority ends before the certificates it signs now would: replace it (rotate-ca)');
    const pem = await this.#authority.issueAgentFor(key.spki, { name: agent, group, days: Math.min(left, this.#settings.certificateLife) / DAY });
    const certificate = new X509Certificate(pem);
    return {
      fingerprint: fingerprintOf(certificate), serial: serialText(certificate.serialNumber), issuer: fingerprintOf(issuer),
      keyHash: key.hash, notAfter: Date.parse(certificate.validTo), pem, given: this.#trust.revision,
    };
  }
}

async function read({ authority: directory, trust }: SigningSettings): Promise<{ readonly authority: Authority; readonly trust: TrustBundle }> {
  const authority = await openAuthority(directory);
  return { authority, trust: trustBundle(authority.trust, trust === undefined ? '' : await readFile(trust, 'utf8')) };
}
