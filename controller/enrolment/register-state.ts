import type { IssuedEvent, RegisterEvent, RevokedSerialEvent, TokenEvent } from './register-events.js';

export interface TokenRecord extends Omit<TokenEvent, 'kind'> {
  /** Fingerprint of the certificate it was exchanged for. */
  usedFor?: string | undefined;
  isVoid: boolean;
}

export interface CertificateRecord extends Omit<IssuedEvent, 'kind'> {
  /** Fingerprint of the first certificate of the enrolment this one descends from. */
  readonly line: string;
  /** What becomes of other lines once this one is proven. */
  readonly others: TokenEvent['others'];
  provenAt?: number | undefined;
  /** Another certificate has taken its place, from then on. */
  supersededFrom?: number | undefined;
  revokedAt?: number | undefined;
  /** Of the trust bundle its holder has fetched last. */
  revision?: string | undefined;
}

/** Renewals that were answered and not used yet; the oldest of more is dropped. */
const MOST_UNPROVEN = 3;
const DAY = 86_400_000;
/** Kept so long after their end, for whoever looks into an alarm. */
const KEEP_EXPIRED = 30 * DAY;
const KEEP_TOKENS = DAY;

/** What the events of the register add up to. */
export class RegisterState {
  readonly tokens = new Map<string, TokenRecord>();
  /** By fingerprint. */
  readonly certificates = new Map<string, CertificateRecord>();
  readonly revokedAgents = new Map<string, number>();
  readonly revokedSerials = new Map<string, RevokedSerialEvent[]>();
  readonly #byAgent = new Map<string, Set<CertificateRecord>>();

  ofAgent(agent: string): readonly CertificateRecord[] {
    return [...this.#byAgent.get(agent) ?? []];
  }

  apply(event: RegisterEvent): void {
    switch (event.kind) {
      case 'token': this.tokens.set(event.id, { ...event, isVoid: false }); break;
      case 'kept-token': this.tokens.set(event.id, { ...event }); break;
      case 'kept-certificate': this.#add({ ...event }); break;
      case 'issued': this.#issued(event); break;
      case 'proven': this.#proven(event.fingerprint, event.at, event.supersedesFrom); break;
      case 'trusts': this.#change(event.fingerprint, (record) => { record.revision = event.revision; }); break;
      case 'revoked-agent': this.#revokedAgent(event.agent, event.at); break;
      case 'restored-agent': this.revokedAgents.delete(event.agent); break;
      case 'revoked-serial': this.#revokedSerial(event); break;
    }
  }

  /** Events that add up to this state, less what nobody needs any more at `now`. */
  *events(now: number): Generator<RegisterEvent> {
    // Revocations first: they must not touch what came after them.
    for (const [agent, at] of this.revokedAgents) yield { kind: 'revoked-agent', agent, at };
    for (const events of this.revokedSerials.values()) yield* events;
    for (const record of this.tokens.values()) if (record.expires + KEEP_TOKENS > now) yield { ...record, kind: 'kept-token' };
    for (const record of this.certificates.values()) if (record.notAfter + KEEP_EXPIRED > now) yield { ...record, kind: 'kept-certificate' };
  }

  /** How many events {@link RegisterState.events} gives at most. */
  get size(): number {
    return this.tokens.size + this.certificates.size + this.revokedAgents.size + this.revokedSerials.size;
  }

  #issued(event: IssuedEvent): void {
    const predecessor = event.predecessor === undefined ? undefined : this.certificates.get(event.predecessor);
    const token = event.token === undefined ? undefined : this.tokens.get(event.token);
    const record: CertificateRecord = {
      ...event, line: predecessor?.line ?? event.fingerprint, others: predecessor?.others ?? token?.others ?? 'kept',
    };
    if (token !== undefined) token.usedFor = event.fingerprint;
    this.#add(record);
    if (event.predecessor === undefined) return;
    const unproven = this.ofAgent(event.agent).filter((each) => each.predecessor === event.predecessor && each.provenAt === undefined && each.supersededFrom === undefined);
    for (const each of unproven.slice(0, -MOST_UNPROVEN)) each.supersededFrom = event.at;
  }

  #add(record: CertificateRecord): void {
    this.certificates.set(record.fingerprint, record);
    const others = this.#byAgent.get(record.agent) ?? new Set();
    this.#byAgent.set(record.agent, others.add(record));
  }

  #proven(fingerprint: string, at: number, supersedesFrom: number): void {
    const proven = this.certificates.get(fingerprint);
    if (proven === undefined) return;
    proven.provenAt ??= at;
    proven.revision ??= proven.given; // its holder has the answer, so it has both
    for (const other of this.#byAgent.get(proven.agent) ?? []) {
      const gives = other.line === proven.line ? !this.#descends(other, proven) : proven.others === 'replaced' && other.at <= proven.at;
      if (gives && other !== proven) other.supersededFrom = Math.min(other.supersededFrom ?? Number.POSITIVE_INFINITY, supersedesFrom);
    }
  }

  #descends(record: CertificateRecord, from: CertificateRecord): boolean {
    let each: CertificateRecord | undefined = record;
    while (each !== undefined && each !== from) each = each.predecessor === undefined ? undefined : this.certificates.get(each.predecessor);
    return each === from;
  }

  #revokedAgent(agent: string, at: number): void {
    this.revokedAgents.set(agent, at);
    for (const record of this.#byAgent.get(agent) ?? []) record.revokedAt ??= at;
    for (const token of this.tokens.values()) if (token.agent === agent && token.usedFor === undefined) token.isVoid = true;
  }

  #revokedSerial(event: RevokedSerialEvent): void {
    this.revokedSerials.set(event.serial, [...this.revokedSerials.get(event.serial) ?? [], event]);
    for (const record of this.certificates.values()) {
      if (record.serial === event.serial && (event.issuer === undefined || event.issuer === record.issuer)) record.revokedAt ??= event.at;
    }
  }

  #change(fingerprint: string, change: (record: CertificateRecord) => void): void {
    const record = this.certificates.get(fingerprint);
    if (record !== undefined) change(record);
  }
}
