import type { AuditEvent } from '../audit/audit-log.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import { DialError, saysRevoked } from '../session/failure-policy.js';
import type { DialIdentity } from '../transport/dial.js';
import { blamesCertificate } from '../transport/dial-failure.js';
import { factsOf } from './identity-status.js';
import { isEnrolled, issuedNext, type IdentityManifest, type IssuedSlot } from './identity-manifest.js';
import type { IdentityStore } from './identity-store.js';

/** What to do about it, where it cannot be renewed any more. */
export const ENROL_AGAIN = 'ask for a new enrolment token at the controller (causeway controller enrolment token) and run: causeway agent enroll --replace';

/** A new certificate that was refused is tried again after this, then after twice as long, … */
const REFUSED_BASE_MS = 60_000;
/** … but at least so often. */
const REFUSED_CAP_MS = 900_000;

export interface IdentityParts {
  readonly store: IdentityStore;
  readonly clock: Clock;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallClock?: (() => number) | undefined;
  readonly log: SessionLog;
  audit(event: AuditEvent): void;
}

/** A new certificate a controller refused, and when it may be tried again. */
interface Refusal { readonly slot: string; readonly count: number; readonly until: number }

/**
 * Which certificate each connection shows. One that was renewed is shown from the next connection on, and takes the old
 * one's place, for good and on disk, once a controller has accepted it. While it is refused, the old one is shown.
 */
export class EnrolledIdentity {
  readonly #parts: IdentityParts;
  readonly #now: () => number;
  #refusal: Refusal | undefined;

  constructor(parts: IdentityParts) {
    this.#parts = parts;
    this.#now = parts.wallClock ?? Date.now;
  }

  /**
   * For one connection. Rejects with a {@link DialError} when there is none that could be shown; without `required`, an
   * agent that is not enrolled shows none.
   */
  async use(required: boolean): Promise<DialIdentity | undefined> {
    const { store } = this.#parts;
    const manifest = await store.read();
    if (!isEnrolled(manifest)) {
      if (!required) return undefined;
      throw new DialError(`This agent is not enrolled: there is no identity in ${store.path}. Run: causeway agent enroll`, { pace: 'slow' });
    }
    const slot = this.#choose(manifest);
    this.#requireLiving(slot, manifest);
    const key = await store.readKey(slot.slot);
    return {
      cert: slot.certificate, key, ca: manifest.trust?.bundle,
      proven: () => { this.#proven(slot.slot).catch((error: unknown) => { this.#parts.log.error({ problem: textOf(error) }, 'The renewed identity works, but cannot be written down; it is used all the same.'); }); },
      failed: (error) => { this.#failed(manifest, slot.slot, error); },
    };
  }

  /** Whether the renewed certificate may be tried, if there is one. */
  mayTry(slot: string): boolean {
    return this.#refusal?.slot !== slot || this.#parts.clock.now() >= this.#refusal.until;
  }

  #choose(manifest: IdentityManifest): IssuedSlot {
    const { current } = manifest;
    const next = issuedNext(manifest);
    if (next !== undefined && (current === undefined || this.mayTry(next.slot) || this.#isOver(current))) return next;
    if (current === undefined) throw new DialError(`The enrolment of this agent was not completed (${this.#parts.store.path}). Run it again with the same token: causeway agent enroll`, { pace: 'slow' });
    return current;
  }

  #isOver(slot: IssuedSlot): boolean {
    return factsOf(slot).notAfter < this.#now();
  }

  #requireLiving(slot: IssuedSlot, { source }: IdentityManifest): void {
    const { subject, notAfter } = factsOf(slot);
    if (notAfter >= this.#now()) return;
    const end = source === 'acme' ? 'its authority is being asked for a new one' : `can no longer be renewed: ${ENROL_AGAIN}`;
    throw new DialError(`The certificate of this agent (${subject}, ${this.#parts.store.path}) expired on ${new Date(notAfter).toISOString()} and ${end}`, { pace: 'slow' });
  }

  async #proven(slot: string): Promise<void> {
    const { store, log, audit } = this.#parts;
    const shown = await store.read();
    if (shown === undefined || issuedNext(shown)?.slot !== slot) return;
    const outcome = { promoted: false }; // another socket's word may come at the same time
    const manifest = await store.change((before) => {
      const next = before === undefined ? undefined : issuedNext(before);
      if (before === undefined || next?.slot !== slot) return undefined;
      outcome.promoted = true;
      return { ...before, current: { slot, certificate: next.certificate, renewAfter: next.renewAfter }, next: undefined };
    });
    if (!outcome.promoted || manifest?.current === undefined) return;
    this.#refusal = undefined;
    const { serialNumber, notAfter } = factsOf(manifest.current);
    const until = new Date(notAfter).toISOString();
    log.info({ serialNumber, until }, 'A controller accepted the renewed identity; the old key is removed.');
    audit({ kind: 'identity-renewed', detail: { serialNumber, until } });
  }

  #failed(manifest: IdentityManifest, slot: string, error: unknown): void {
    const next = issuedNext(manifest);
    if (next === undefined || manifest.current === undefined) return;
    if (!blamesCertificate(error) && !(error instanceof Error && saysRevoked(error.message))) return;
    if (slot !== next.slot) {
      // The old one is refused as well: then the new one may be the one that is expected by now.
      if (this.#refusal !== undefined) this.#refusal = { ...this.#refusal, until: 0 };
      return;
    }
    const count = this.#refusal?.slot === slot ? this.#refusal.count + 1 : 1;
    const wait = Math.min(REFUSED_CAP_MS, REFUSED_BASE_MS * 2 ** (count - 1));
    this.#refusal = { slot, count, until: this.#parts.clock.now() + wait };
    const { serialNumber } = factsOf(next);
    this.#parts.log.error({ serialNumber, refusals: count, againIn: wait, problem: textOf(error) }, 'A controller refuses the renewed identity; the old one is used in the meantime.');
    if (count === 1) this.#parts.audit({ kind: 'identity-refused', outcome: 'failed', detail: { serialNumber, problem: textOf(error) } });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
