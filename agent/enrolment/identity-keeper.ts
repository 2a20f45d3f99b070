import { setMaxListeners } from 'node:events';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import { EnrolmentRefused, EnrolmentUnreachable } from './enrolment-client.js';
import { ENROL_AGAIN, type EnrolledIdentity } from './enrolled-identity.js';
import { issuedNext, type IdentityManifest, type IssuedSlot } from './identity-manifest.js';
import { factsOf, identityStatus, type IdentityStatus } from './identity-status.js';
import { giveUpRequest, refreshTrust, renew, type EnrolmentCalls } from './renewal.js';

/** The manifest is looked at this often: `causeway agent enroll` may have changed it, a clock may have jumped. */
const LOOK_MS = 30_000;
const SHORTEST_PAUSE_MS = 250;
const RETRY_BASE_MS = 60_000;
const RETRY_CAP_MS = 3_600_000;
const REFUSED_PAUSE_MS = 600_000;
/** An accepted renewal is to show up soon; if it does not, the sockets are rotated again. */
const ROTATE_AGAIN_MS = 60_000;
/** The moment of a renewal is put off by up to this part of what is left of the life, and no longer than this, so that a fleet does not ask at once. */
const SPREAD = 0.05;
const LONGEST_SPREAD_MS = 3_600_000;

export interface KeeperParts extends EnrolmentCalls {
  readonly identity: EnrolledIdentity;
  readonly clock: Clock;
  readonly log: SessionLog;
  readonly random?: (() => number) | undefined;
  /** How often the trust bundle is fetched, in milliseconds. */
  readonly trustInterval: number;
  /** A new certificate, or another trust bundle, is there for the next sockets: rotate them. */
  onRenewed(): void;
  /** Somebody put another identity in place: what failed may work now, and connections made before show the old one. */
  onReplaced(): void;
}

/** Keeps an enrolled identity alive: renews the certificate in time, follows the trust bundle, notices a new enrolment. */
export class IdentityKeeper {
  readonly #parts: KeeperParts;
  readonly #random: () => number;
  readonly #spread: number;
  #manifest: IdentityManifest | undefined;
  #hasLooked = false;
  #failures = 0;
  #problem = '';
  #trustChecked: number | undefined;
  #trustFailures = 0;
  #trustProblem = '';
  #renewAt = 0;
  #trustAt = 0;
  #rotateAt = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    this.#spread = this.#random();
  }

  status(): IdentityStatus | undefined {
    const report = {
      failures: this.#failures, problem: this.#problem, trustProblem: this.#trustProblem,
      trustChecked: this.#trustChecked === undefined ? undefined : new Date(this.#trustChecked).toISOString(),
    };
    return identityStatus(this.#parts.store.latest, report, this.#parts.now());
  }

  /** Resolves when `stop` fires; never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    setMaxListeners(0, stop);
    await this.#attempt(() => this.#parts.store.clear());
    while (!stop.aborted) {
      const looked = await this.#attempt(() => this.#look(stop));
      await this.#parts.clock.sleep(looked ? this.#pause() : LOOK_MS, stop).catch(() => undefined);
    }
  }

  /** What a broken disk does to one round is told, and the next round tries again. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const problem = textOf(error);
      if (problem !== this.#problem) this.#parts.log.error({ problem }, 'The identity of this agent cannot be looked after.');
      this.#problem = problem;
      return false;
    }
  }

  async #look(stop: AbortSignal): Promise<void> {
    await this.#read();
    if (this.#manifest?.current === undefined) return;
    const { clock } = this.#parts;
    if (clock.now() >= this.#trustAt) await this.#lookAtTrust(stop);
    const next = issuedNext(this.#manifest);
    if (next !== undefined) this.#rotateOnceMore(next);
    else if (this.#isDue() && clock.now() >= this.#renewAt) await this.#renew(stop);
  }

  async #read(): Promise<void> {
    const before = this.#manifest;
    const isFirst = !this.#hasLooked;
    this.#manifest = await this.#parts.store.read();
    this.#hasLooked = true;
    const current = this.#manifest?.current;
    if (current === undefined || current.slot === before?.current?.slot) return;
    // A renewal of ours has been accepted; an enrolment, too, may have been seen under way as `next`.
    if (before?.next?.slot === current.slot && before.next.token === undefined) return;
    this.#isNew(current, isFirst);
  }

  /** Not by a renewal of ours: by an enrolment, or this is the start. */
  #isNew(current: IssuedSlot, isFirst: boolean): void {
    this.#failures = 0;
    this.#problem = '';
    this.#renewAt = 0;
    this.#trustAt = 0;
    this.#parts.log.info({ ...factsForLog(current), enrolledAs: this.#manifest?.agent }, isFirst ? 'Using the enrolled identity.' : 'A new identity was put in place; using it from the next connection on.');
    if (!isFirst) this.#parts.onReplaced();
  }

  /** The certificate that is looked after here; one that a controller is about to accept counts already. */
  #shown(): IssuedSlot | undefined {
    const manifest = this.#manifest;
    if (manifest?.current === undefined) return undefined;
    const next = issuedNext(manifest);
    return next !== undefined && this.#parts.identity.mayTry(next.slot) ? next : manifest.current;
  }

  async #lookAtTrust(stop: AbortSignal): Promise<void> {
    const { clock, log, trustInterval } = this.#parts;
    const shown = this.#shown();
    this.#trustAt = clock.now() + trustInterval;
    if (this.#manifest?.source === 'acme') return; // tls.ca says whom to trust
    if (this.#manifest === undefined || shown === undefined || factsOf(shown).notAfter < this.#parts.now()) return;
    try {
      const { manifest, changed } = await refreshTrust(this.#parts, this.#manifest, shown, stop);
      this.#manifest = manifest;
      this.#trustChecked = this.#parts.now();
      this.#trustFailures = 0;
      this.#trustProblem = '';
      this.#trustAt = clock.now() + trustInterval * (0.9 + this.#random() * 0.2);
      if (changed) log.info({ revision: manifest.trust?.revision }, 'The trust bundle has changed; it is used from the next connection on.');
    } catch (error) {
      if (stop.aborted) return;
      this.#trustFailures += 1;
      const problem = textOf(error);
      if (problem !== this.#trustProblem) log.warn({ problem }, 'The trust bundle cannot be fetched from the controller; the one at hand is used.');
      this.#trustProblem = problem;
      this.#trustAt = clock.now() + Math.min(trustInterval, this.#backoff(this.#trustFailures, error));
    }
  }

  #dueAt({ renewAfter, certificate }: IssuedSlot): number {
    const due = Date.parse(renewAfter);
    return due + Math.min(LONGEST_SPREAD_MS, Math.max(0, factsOf({ certificate }).notAfter - due) * SPREAD) * this.#spread;
  }

  #isDue(): boolean {
    const current = this.#manifest?.current;
    return current !== undefined && this.#parts.now() >= this.#dueAt(current);
  }

  async #renew(stop: AbortSignal): Promise<void> {
    const { clock, log, now } = this.#parts;
    const current = this.#manifest?.current;
    if (current === undefined) return;
    const isOver = factsOf(current).notAfter < now();
    if (isOver && this.#manifest?.source !== 'acme') {
      this.#expired(current);
      return;
    }
    try {
      this.#manifest = await renew(this.#parts, current, stop);
      this.#failures = 0;
      this.#problem = '';
      log.info({ until: this.#manifest.next === undefined ? undefined : factsForLog(issuedNext(this.#manifest) ?? current).until }, 'The certificate was renewed; connections are replaced one after the other.');
      this.#rotateAt = clock.now() + ROTATE_AGAIN_MS;
      if (isOver) this.#parts.onReplaced(); // nobody was dialled with the old one
      else this.#parts.onRenewed();
    } catch (error) {
      if (!stop.aborted) await this.#renewalFailed(current, error);
    }
  }

  async #renewalFailed(current: IssuedSlot, error: unknown): Promise<void> {
    const { clock, now, store } = this.#parts;
    this.#failures += 1;
    this.#problem = textOf(error);
    if (error instanceof EnrolmentRefused && error.status === 400) await giveUpRequest(store);
    const left = factsOf(current).notAfter - now();
    const wait = this.#backoff(this.#failures, error);
    const least = error instanceof EnrolmentUnreachable && error.insists ? error.waitAtLeast ?? 0 : 0;
    this.#renewAt = clock.now() + Math.max(SHORTEST_PAUSE_MS, least, left < 0 ? wait : Math.min(wait, left / 10));
    this.#complain(current, left);
  }

  /** The less of the life is left, the louder. */
  #complain(current: IssuedSlot, left: number): void {
    const { log, audit } = this.#parts;
    const window = Math.max(1, factsOf(current).notAfter - Date.parse(current.renewAfter));
    const fields = { problem: this.#problem, failures: this.#failures, ...factsForLog(current), daysLeft: Math.floor(left / 8_640_000) / 10 };
    if (left < 0) log.error(fields, 'THE CERTIFICATE OF THIS AGENT HAS EXPIRED: no controller lets it in until its authority issues a new one; trying again.');
    else if (left < window / 4) log.error(fields, 'THE CERTIFICATE OF THIS AGENT EXPIRES SOON AND CANNOT BE RENEWED: after that no controller lets it in.');
    else if (left < window / 2) log.error(fields, 'The certificate of this agent cannot be renewed.');
    else log.warn(fields, 'The certificate of this agent cannot be renewed yet; trying again.');
    if (this.#failures === 1) audit({ kind: 'renewal-failed', outcome: 'failed', detail: { problem: this.#problem } });
  }

  #expired(current: IssuedSlot): void {
    const { clock, log } = this.#parts;
    this.#failures += 1;
    this.#problem = `the certificate has expired and can no longer be renewed: ${ENROL_AGAIN}`;
    this.#renewAt = clock.now() + RETRY_CAP_MS;
    log.error({ ...factsForLog(current), problem: this.#problem }, 'THE CERTIFICATE OF THIS AGENT HAS EXPIRED.');
  }

  #rotateOnceMore({ slot }: IssuedSlot): void {
    const { clock, identity, onRenewed } = this.#parts;
    if (clock.now() < this.#rotateAt || !identity.mayTry(slot)) return;
    this.#rotateAt = clock.now() + ROTATE_AGAIN_MS;
    onRenewed();
  }

  #backoff(failures: number, error: unknown): number {
    const bound = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(failures - 1, 20));
    const asked = error instanceof EnrolmentUnreachable ? error.waitAtLeast ?? 0 : error instanceof EnrolmentRefused ? REFUSED_PAUSE_MS : 0;
    return Math.max(asked, bound * (0.5 + this.#random() / 2));
  }

  #pause(): number {
    const manifest = this.#manifest;
    if (manifest?.current === undefined) return LOOK_MS;
    const { clock, now } = this.#parts;
    // What has become due since the look a moment ago is not put off; a certificate that waits for a controller to accept it is.
    const untilDue = issuedNext(manifest) === undefined ? Math.max(this.#dueAt(manifest.current) - now(), this.#renewAt - clock.now()) : LOOK_MS;
    return Math.max(SHORTEST_PAUSE_MS, Math.min(LOOK_MS, untilDue, this.#trustAt - clock.now()));
  }
}

function factsForLog(slot: IssuedSlot): { readonly serialNumber: string; readonly until: string } {
  const { serialNumber, notAfter } = factsOf(slot);
  return { serialNumber, until: new Date(notAfter).toISOString() };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
