import type { RevocationList } from '../../certs/revocation-list.js';
import type { TrustBundle } from '../../certs/trust-bundle.js';
import type { ClientCertificate } from '../gateway/client-certificate.js';
import type { CertificateRegister } from './certificate-register.js';

/** Whether a certificate counts, and why not. */
export type Judgement =
  | { readonly counts: true; readonly isEnrolled: boolean }
  | { readonly counts: false; readonly fault: 'revoked' | 'superseded' | 'expired' | 'distrusted' | 'unknown'; readonly reason: string };

/** What the judge goes by besides the register; both change while the controller runs. */
export interface TrustNow {
  readonly bundle: TrustBundle;
  readonly lists: RevocationList | undefined;
}

/**
 * Says whether who is there may (still) be an agent. Asked for each new connection, and again for every open one when
 * something has changed. TLS has checked signatures and names before; what is checked here is what TLS cannot know.
 */
export class CertificateJudge {
  readonly #register: CertificateRegister;
  readonly #trust: () => TrustNow;
  readonly #now: () => number;
  readonly #grace: number;

  /** `grace`: how long what was read of the register counts while it cannot be read, in milliseconds. */
  constructor(register: CertificateRegister, trust: () => TrustNow, { now = Date.now, grace = Number.POSITIVE_INFINITY }: { readonly now?: () => number; readonly grace?: number } = {}) {
    this.#register = register;
    this.#trust = trust;
    this.#now = now;
    this.#grace = grace;
  }

  /** `isNew`: false for a connection that is open: it outlives the end of its certificate, not its revocation. */
  certificate(shown: ClientCertificate, { isNew }: { readonly isNew: boolean }): Judgement {
    const unread = this.#unread();
    if (unread !== undefined) return no('unknown', unread);
    const record = this.#register.state.certificates.get(shown.fingerprint);
    if (record !== undefined) {
      if (record.revokedAt !== undefined) return no('revoked', 'the certificate is revoked');
      if (record.supersededFrom !== undefined && record.supersededFrom <= this.#now()) return no('superseded', 'a newer certificate has taken its place');
    } else if (shown.name !== undefined && this.#register.state.revokedAgents.has(shown.name)) {
      return no('revoked', `agent ${shown.name} is revoked`);
    }
    if (this.#isRevoked(shown)) return no('revoked', 'the certificate is revoked');
    if (!shown.chain.some(({ fingerprint }) => this.#trust().bundle.has(fingerprint))) return no('distrusted', 'the authority that signed the certificate is not trusted any more');
    if (isNew && !(shown.notAfter > this.#now())) return no('expired', 'the certificate has expired');
    return { counts: true, isEnrolled: record !== undefined };
  }

  /** Why nobody may be the agent by password or token; undefined when somebody may. */
  name(agent: string): string | undefined {
    const revoked = this.revokedName(agent);
    if (revoked !== undefined) return revoked;
    const isEnrolled = this.#register.state.ofAgent(agent).some((record) => this.#register.whyRefused(record) === undefined);
    return isEnrolled ? `agent ${agent} is enrolled: it has to show its certificate` : undefined;
  }

  revokedName(agent: string): string | undefined {
    return this.#unread() ?? (this.#register.state.revokedAgents.has(agent) ? `agent ${agent} is revoked` : undefined);
  }

  /** Why nobody can be told from somebody who was revoked. */
  #unread(): string | undefined {
    const { age } = this.#register;
    if (age === Number.POSITIVE_INFINITY) return 'the register of certificates was not read yet';
    return age > this.#grace ? `the register of certificates could not be read for ${Math.round(age / 1_000)} s` : undefined;
  }

  /** Each link of the chain: an authority in the middle can be revoked as well. */
  #isRevoked({ chain }: ClientCertificate): boolean {
    const { lists } = this.#trust();
    const { revokedSerials } = this.#register.state;
    return chain.some(({ serial, issuer }) => {
      const byHand = revokedSerials.get(serial) ?? [];
      return byHand.some((each) => each.issuer === undefined || each.issuer === issuer) || (issuer !== undefined && lists?.isRevoked(issuer, serial) === true);
    });
  }
}

function no(fault: Extract<Judgement, { counts: false }>['fault'], reason: string): Judgement {
  return { counts: false, fault, reason };
}
