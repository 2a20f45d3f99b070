import { trustBundle } from '../../certs/trust-bundle.js';
import type { ControllerConfig } from '../config/controller-config.js';
import type { Identities as IdentityChecks } from '../gateway/agent-authentication.js';
import { AgentTrust, type TrustSources } from '../gateway/agent-trust.js';
import type { ClientCertificate } from '../gateway/client-certificate.js';
import type { Log } from '../log.js';
import type { Database } from '../store/database/database.js';
import { followFiles } from '../tls/follow-files.js';
import { CertificateJudge, type Judgement } from './certificate-judge.js';
import type { CertificateRegister } from './certificate-register.js';
import { IdentityAudit } from './enrolment-audit.js';
import { registerOf } from './open-register.js';

/** How often the register is looked at for what commands and other controllers wrote into it: one `stat`, or one short query, each time. */
const REFRESH_MS = 500;
const COMPACT_EVERY = 3_600_000;
const DEFAULT_OVERLAP = 600_000;
/** A superseded certificate that is tried again and again is one alarm an hour. */
const REPEAT_ALARM = 3_600_000;
const MOST_ALARMS = 1_000;
/** Not read for so long: only certificates that are known count for new connections. */
const LATE = 5_000;
const MOST_SEEN = 200_000;
/** How long the start waits for a database that is being opened. */
const FIRST_READ = 5_000;
const DEFAULT_GRACE = 3_600_000;

/** Where it stands which authorities agents may have their certificates from; undefined when nobody is asked for one. */
export function agentTrustSources({ gateway, enrolment }: Pick<ControllerConfig, 'gateway' | 'enrolment'>): TrustSources | undefined {
  const tls = gateway?.tls;
  const isAsked = enrolment !== undefined || (tls !== undefined && tls.clientCertificates !== 'none');
  return isAsked ? { ca: tls?.ca, authority: enrolment?.authority, crl: tls?.crl } : undefined;
}

/** Who may be an agent: the register on disk, the authorities trusted now, and what is written down about both. */
export class Identities implements IdentityChecks {
  readonly register: CertificateRegister;
  readonly judge: CertificateJudge;
  readonly audit: IdentityAudit;
  /** Undefined when nobody is asked for a certificate. */
  readonly trust: AgentTrust | undefined;
  readonly #overlap: number;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  readonly #alarms = new Map<string, number>();
  readonly #stops: (() => void)[] = [];
  /** Being written into the register, and after that into the audit. */
  readonly #proving = new Set<Promise<void>>();
  /** Fingerprints from elsewhere that have counted. */
  readonly #seen = new Set<string>();

  private constructor(parts: { readonly register: CertificateRegister; readonly trust: AgentTrust | undefined; readonly audit: IdentityAudit; readonly overlap: number; readonly grace: number; readonly log: Log }) {
    this.register = parts.register;
    this.trust = parts.trust;
    this.audit = parts.audit;
    this.#overlap = parts.overlap;
    this.#log = parts.log;
    const nothing = { bundle: trustBundle(), lists: undefined };
    this.judge = new CertificateJudge(parts.register, () => parts.trust?.now ?? nothing, { grace: parts.grace });
  }

  /**
   * Reads everything. Rejects when a file is missing or damaged: without it, who is revoked would not be known. Where a database that is
   * shared has the register, agents are refused until it could be read.
   */
  static async open({ data, gateway, enrolment }: Pick<ControllerConfig, 'data' | 'gateway' | 'enrolment'>, log: Log, database: Database): Promise<Identities> {
    const register = await registerOf({ data }, database);
    if (database.kind === 'postgresql') await firstRead(register, log);
    else await register.compact();
    const sources = agentTrustSources({ gateway, enrolment });
    const trust = sources === undefined ? undefined : await AgentTrust.open(sources, log);
    const identities = new Identities({ register, trust, audit: new IdentityAudit(data, log), overlap: enrolment?.overlap ?? DEFAULT_OVERLAP, grace: gateway?.registerGrace ?? DEFAULT_GRACE, log });
    identities.#follow();
    return identities;
  }

  /** Called when something has changed that may make somebody count no more. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Another controller may have given it a moment ago. Never rejects: what is known counts. */
  async learn({ fingerprint }: ClientCertificate): Promise<void> {
    if (this.register.state.certificates.has(fingerprint) || this.#seen.has(fingerprint)) return;
    await this.register.refresh().catch(() => undefined);
  }

  certificate(shown: ClientCertificate): Judgement {
    const judgement = this.judge.certificate(shown, { isNew: true });
    if (judgement.counts && !judgement.isEnrolled) return this.#fromElsewhere(shown, judgement);
    if (!judgement.counts && judgement.fault === 'superseded' && this.#isNews(shown.fingerprint)) {
      this.audit.record('superseded-used', { agent: shown.name, serial: shown.serial, reason: judgement.reason });
    }
    return judgement;
  }

  /** While the register cannot be read, nobody is let in who was not known before: somebody may have revoked them since. */
  #fromElsewhere({ fingerprint }: ClientCertificate, judgement: Judgement): Judgement {
    if (this.#seen.has(fingerprint)) return judgement;
    if (this.register.age > LATE) return { counts: false, fault: 'unknown', reason: 'the register of certificates cannot be read, and the certificate was not seen before' };
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear();
    this.#seen.add(fingerprint);
    return judgement;
  }

  name(agent: string): string | undefined {
    return this.judge.name(agent);
  }

  /** A socket of an agent is open with the certificate: those before it can go. */
  proven(fingerprint: string): void {
    const proving = this.register.proven(fingerprint, this.#overlap).then((record) => {
      if (record !== undefined) this.audit.record('proven', { agent: record.agent, group: record.group, serial: record.serial });
    }).catch((error: unknown) => { this.#log.error({ err: error }, 'the register of certificates cannot be written; what was in use before stays valid'); });
    this.#proving.add(proving);
    void proving.finally(() => this.#proving.delete(proving));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.all(this.#proving);
    await this.audit.close();
  }

  #follow(): void {
    let complaint = '';
    let isLooking = false;
    let { version } = this.register;
    const look = setInterval(() => {
      // A database that does not answer is not asked by more and more.
      if (isLooking) return;
      isLooking = true;
      this.register.refresh().then(() => {
        complaint = '';
        // Not only what this look found: any change reads what others wrote before.
        if (this.register.version === version) return;
        ({ version } = this.register);
        this.#changed();
      }).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown reason';
        if (reason !== complaint) this.#log.error({ reason }, 'the register of certificates cannot be read; what it said before counts');
        complaint = reason;
      }).finally(() => { isLooking = false; });
    }, REFRESH_MS).unref();
    const compact = setInterval(() => {
      this.register.compact().catch((error: unknown) => { this.#log.error({ err: error }, 'the register of certificates cannot be rewritten'); });
    }, COMPACT_EVERY).unref();
    this.#stops.push(() => clearInterval(look), () => clearInterval(compact));
    const { trust } = this;
    if (trust === undefined) return;
    this.#stops.push(followFiles('the authorities trusted for agents', {
      paths: () => trust.paths(),
      onChange: async () => {
        const before = trust.now.bundle.revision;
        await trust.reload();
        if (trust.now.bundle.revision !== before) this.#log.info({ revision: trust.now.bundle.revision, authorities: trust.now.bundle.certificates.length }, 'the authorities trusted for agents have changed');
        this.#changed();
      },
    }, this.#log));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #isNews(fingerprint: string): boolean {
    const now = Date.now();
    if (now - (this.#alarms.get(fingerprint) ?? 0) < REPEAT_ALARM) return false;
    if (this.#alarms.size >= MOST_ALARMS) this.#alarms.clear();
    this.#alarms.set(fingerprint, now);
    return true;
  }
}

/** A database that is being opened is waited for a little. Never rejects. */
async function firstRead(register: CertificateRegister, log: Log): Promise<void> {
  const reading = register.refresh().then(() => register.compact()).catch((error: unknown) => {
    log.error({ reason: error instanceof Error ? error.message : 'unknown reason' }, 'the register of certificates cannot be read; no agent is let in until it can');
  });
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([reading, new Promise<void>((resolve) => { timer = setTimeout(resolve, FIRST_READ); })]);
  clearTimeout(timer);
}
