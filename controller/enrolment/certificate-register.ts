import { timingSafeEqual } from 'node:crypto';
import { hashTokenSecret, makeEnrolmentToken, type EnrolmentToken } from '../../certs/enrolment/token.js';
import { serialText } from '../../certs/trust-bundle.js';
import type { RegisterEvent } from './register-events.js';
import { RegisterFile } from './register-file.js';
import type { CertificateRecord, RegisterState, TokenRecord } from './register-state.js';
import type { Decision, RegisterStore } from './register-store.js';

/** A certificate that was made and is not in the register yet: nobody may have it before it is. */
export interface NewCertificate {
  readonly fingerprint: string;
  readonly serial: string;
  /** Fingerprint of the authority's certificate. */
  readonly issuer: string;
  readonly keyHash: string;
  readonly notAfter: number;
  readonly pem: string;
  /** Revision of the trust bundle that goes with it. */
  readonly given: string;
}

/** What became of asking for a certificate. */
export type Exchange = { readonly outcome: 'issued'; readonly record: CertificateRecord } | NothingNew;

type NothingNew =
  | { readonly outcome: 'repeated'; readonly record: CertificateRecord }
  /** The token, or the certificate that asks for its successor, does not count (any more). */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The token was used before, with another key: one of the two has stolen it. */
  | { readonly outcome: 'stolen'; readonly agent: string }
  | { readonly outcome: 'too-many' };

interface Issued { readonly outcome: 'issued'; readonly fingerprint: string }

export interface TokenWish {
  readonly agent: string;
  readonly group?: string | undefined;
  /** Milliseconds. */
  readonly life: number;
  readonly url: string;
  readonly fingerprint: string;
  readonly others: TokenRecord['others'] | undefined;
}

/** Milliseconds since 1970; not the session's clock, which may stand apart from the calendar. */
export type Calendar = () => number;

const MOST_OPEN_TOKENS = 10_000;
const MOST_CERTIFICATES = 200_000;
const MOST_RENEWALS = 10;
const HOUR = 3_600_000;

/** Tokens, certificates and revocations: the questions they answer and the changes they allow. */
export class CertificateRegister {
  readonly #store: RegisterStore;
  readonly #now: Calendar;

  constructor(store: RegisterStore, now: Calendar = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  static async open(dataFolder: string, now?: Calendar): Promise<CertificateRegister> {
    return new CertificateRegister(await RegisterFile.open(dataFolder), now);
  }

  get state(): RegisterState {
    return this.#store.state;
  }

  /** Another number each time something has changed, here or beside. */
  get version(): number {
    return this.#store.version;
  }

  /** Milliseconds for which it was not compared with what is kept; Infinity: it has never been read. */
  get age(): number {
    return this.#store.age;
  }

  /** Reads what other processes changed. Resolves with whether there was something. */
  refresh(): Promise<boolean> {
    return this.#store.refresh();
  }

  compact(): Promise<void> {
    return this.#store.compact(this.#now());
  }

  /** Throws an Error that says what to do when the agent has certificates and `others` does not say what becomes of them. */
  createToken({ agent, group, life, url, fingerprint, others }: TokenWish): Promise<EnrolmentToken> {
    const token = makeEnrolmentToken({ url, fingerprint });
    return this.#store.change((state) => {
      const at = this.#now();
      const living = state.ofAgent(agent).filter((record) => this.whyRefused(record) === undefined);
      if (others === undefined && living.length > 0) {
        throw new Error(`Agent ${agent} has a certificate (serial ${living.map(({ serial }) => serial).join(', ')}). Say what becomes of it: --replace (refused once the new one is in use), or --additional (a second machine of the same name).`);
      }
      requireNoMixUp(state, agent, group);
      if ([...state.tokens.values()].filter((each) => isOpen(each, at)).length >= MOST_OPEN_TOKENS) throw new Error(`There are ${MOST_OPEN_TOKENS} unused tokens. Let some expire first.`);
      const event: RegisterEvent = {
        kind: 'token', at, id: token.id, secretHash: hashTokenSecret(token.revealSecret()), agent, expires: at + life, others: others ?? 'kept',
        ...(group === undefined ? {} : { group }),
      };
      return { events: [event], result: token };
    });
  }

  /** A token that was not used is good for nothing any more. Resolves with the agent it was for; undefined when there is no open one of that id. */
  voidToken(id: string): Promise<string | undefined> {
    return this.#store.change<string | undefined>((state) => {
      const token = state.tokens.get(id);
      if (token === undefined || !isOpen(token, this.#now())) return { events: [], result: undefined };
      return { events: [{ ...token, kind: 'kept-token', isVoid: true }], result: token.agent };
    });
  }

  /** The token, when id and secret are right and it is in its life, used or not. Takes as long for a wrong id as for a wrong secret. */
  async findToken(id: string, secret: string): Promise<TokenRecord | undefined> {
    if (!this.state.tokens.has(id)) await this.refresh();
    const token = this.state.tokens.get(id);
    const isRight = timingSafeEqual(Buffer.from(hashTokenSecret(secret)), Buffer.from(token?.secretHash ?? hashTokenSecret('')));
    return token !== undefined && isRight && !token.isVoid && token.expires > this.#now() ? token : undefined;
  }

  /** Exchanges a token that {@link CertificateRegister.findToken} found. `certificate` is thrown away unless the outcome is `issued`. */
  redeem(id: string, certificate: NewCertificate, hostId: string | undefined): Promise<Exchange> {
    return this.#exchange((state) => {
      const token = state.tokens.get(id);
      const at = this.#now();
      if (token === undefined || token.isVoid || token.expires <= at) return refused('the token is not valid any more');
      if (token.usedFor !== undefined) return this.#again(state, token, token.usedFor, certificate.keyHash);
      const holder = holderOf(state, certificate.keyHash);
      if (holder !== undefined && holder.agent !== token.agent) return refused(`the key is that of agent ${holder.agent}`);
      if (state.certificates.size >= MOST_CERTIFICATES) return refused('the register is full');
      return issue(at, certificate, { agent: token.agent, group: token.group, token: id, hostId });
    });
  }

  /** A successor of a certificate in the register. Asked for again with the same key, it is the same. */
  renew(fingerprint: string, certificate: NewCertificate): Promise<Exchange> {
    return this.#exchange((state) => {
      const present = state.certificates.get(fingerprint);
      const at = this.#now();
      if (present === undefined) return refused('it was not enrolled here');
      const why = this.whyRefused(present);
      if (why !== undefined) return refused(why);
      const successors = state.ofAgent(present.agent).filter(({ predecessor }) => predecessor === fingerprint);
      const same = successors.find((each) => each.keyHash === certificate.keyHash && this.whyRefused(each) === undefined);
      if (same !== undefined) return { events: [], result: { outcome: 'repeated', record: same } };
      const holder = holderOf(state, certificate.keyHash);
      if (holder !== undefined && holder.agent !== present.agent) return refused(`the key is that of agent ${holder.agent}`);
      if (successors.filter((each) => each.at > at - HOUR).length >= MOST_RENEWALS) return { events: [], result: { outcome: 'too-many' } };
      return issue(at, certificate, { agent: present.agent, group: present.group, predecessor: fingerprint, hostId: present.hostId });
    });
  }

  /** The certificate was used on the gateway; those before it are refused after `overlap` milliseconds. */
  async proven(fingerprint: string, overlap: number): Promise<CertificateRecord | undefined> {
    if (this.state.certificates.get(fingerprint)?.provenAt !== undefined) return undefined;
    return this.#store.change((state) => {
      const record = state.certificates.get(fingerprint);
      const at = this.#now();
      if (record === undefined || record.provenAt !== undefined) return { events: [], result: undefined };
      return { events: [{ kind: 'proven', at, fingerprint, supersedesFrom: at + overlap }], result: record };
    });
  }

  async trusts(fingerprint: string, revision: string): Promise<void> {
    if (this.state.certificates.get(fingerprint)?.revision === revision) return;
    await this.#store.change((state) => ({
      events: state.certificates.has(fingerprint) ? [{ kind: 'trusts', at: this.#now(), fingerprint, revision }] : [], result: undefined,
    }));
  }

  /** Resolves with the certificates of the agent that this revoked. */
  revokeAgent(agent: string): Promise<readonly CertificateRecord[]> {
    return this.#store.change((state) => ({
      events: [{ kind: 'revoked-agent', at: this.#now(), agent }],
      result: state.ofAgent(agent).filter((record) => this.whyRefused(record) === undefined),
    }));
  }

  /** Resolves with whether the name was revoked. */
  restoreAgent(agent: string): Promise<boolean> {
    return this.#store.change((state) => {
      const wasRevoked = state.revokedAgents.has(agent);
      return { events: wasRevoked ? [{ kind: 'restored-agent', at: this.#now(), agent }] : [], result: wasRevoked };
    });
  }

  /** `issuer`: fingerprint of an authority; without it the serial number is refused whoever signed it. */
  revokeSerial(serial: string, issuer: string | undefined): Promise<readonly CertificateRecord[]> {
    const text = serialText(serial);
    return this.#store.change((state) => ({
      events: [{ kind: 'revoked-serial', at: this.#now(), serial: text, ...(issuer === undefined ? {} : { issuer }) }],
      result: [...state.certificates.values()].filter((record) => record.serial === text && (issuer === undefined || record.issuer === issuer)),
    }));
  }

  /** Why a certificate of the register does not count; undefined when it does. */
  whyRefused({ revokedAt, supersededFrom, notAfter }: CertificateRecord): string | undefined {
    const now = this.#now();
    if (revokedAt !== undefined) return 'it is revoked';
    if (supersededFrom !== undefined && supersededFrom <= now) return 'a newer certificate has taken its place';
    return notAfter <= now ? 'it has expired' : undefined;
  }

  /** The record exists once the event is applied. */
  async #exchange(decide: (state: RegisterState) => Decision<NothingNew | Issued>): Promise<Exchange> {
    const decided = await this.#store.change(decide);
    if (decided.outcome !== 'issued') return decided;
    const record = this.state.certificates.get(decided.fingerprint);
    if (record === undefined) throw new Error('A certificate was stored and is not in the register; this is a defect.');
    return { outcome: 'issued', record };
  }

  /** A token that was used: its answer may have been lost on the way. */
  #again(state: RegisterState, token: TokenRecord, usedFor: string, keyHash: string): Decision<NothingNew> {
    const record = state.certificates.get(usedFor);
    if (record === undefined) return refused('its certificate is not known any more');
    if (record.keyHash !== keyHash) return { events: [], result: { outcome: 'stolen', agent: token.agent } };
    const why = this.whyRefused(record);
    return why === undefined ? { events: [], result: { outcome: 'repeated', record } } : refused(`the certificate it was exchanged for does not count: ${why}`);
  }
}

function refused(reason: string): Decision<NothingNew> {
  return { events: [], result: { outcome: 'refused', reason } };
}

function isOpen(token: TokenRecord, now: number): boolean {
  return token.usedFor === undefined && !token.isVoid && token.expires > now;
}

/** `connectorHostRef` does not say whether it means an agent or a group. */
function requireNoMixUp({ certificates }: RegisterState, agent: string, group: string | undefined): void {
  for (const record of certificates.values()) {
    if (record.agent === agent) continue;
    if (record.group === agent) throw new Error(`${agent} is the name of a group (of agent ${record.agent}): an agent needs another.`);
    if (record.agent === group) throw new Error(`${group} is the name of an agent: a group needs another.`);
  }
}

/** Two agents with one key could stand in for one another. */
function holderOf(state: RegisterState, keyHash: string): CertificateRecord | undefined {
  for (const record of state.certificates.values()) if (record.keyHash === keyHash) return record;
  return undefined;
}

function issue(
  at: number, certificate: NewCertificate, holder: Pick<CertificateRecord, 'agent' | 'group' | 'token' | 'predecessor' | 'hostId'>,
): Decision<Issued> {
  const { agent, group, token, predecessor, hostId } = holder;
  const event: RegisterEvent = {
    kind: 'issued', at, ...certificate, agent,
    ...(group === undefined ? {} : { group }), ...(token === undefined ? {} : { token }),
    ...(predecessor === undefined ? {} : { predecessor }), ...(hostId === undefined ? {} : { hostId }),
  };
  return { events: [event], result: { outcome: 'issued', fingerprint: certificate.fingerprint } };
}
