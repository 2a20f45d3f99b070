import type { Clock } from '../../protocol/session/contract.js';
import type { AuditLog } from './audit-log.js';

/** Somebody tried to become a controller of ours at a listener. */
export interface AuthenticationAttempt {
  readonly outcome: 'ok' | 'refused';
  readonly address: string;
  readonly port: number;
  /** Of one that was let in. */
  readonly principal?: string | undefined;
  /** Why it was refused; never what was offered. */
  readonly reason?: string | undefined;
}

interface Repeated {
  readonly attempt: AuthenticationAttempt;
  readonly since: number;
  count: number;
}

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 1000;

/**
 * One line for the first attempt of an address with one outcome, and one a minute with the number of those that followed: a
 * stranger who knocks a thousand times a second fills no disk. Beyond a thousand addresses the rest is counted as one.
 */
export class AuthenticationAudit {
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #recent = new Map<string, Repeated>();

  constructor(audit: AuditLog, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  note(attempt: AuthenticationAttempt): void {
    const own = `${attempt.outcome} ${attempt.address} ${attempt.port} ${attempt.principal ?? ''} ${attempt.reason ?? ''}`;
    const isRoom = this.#recent.has(own) || this.#recent.size < MOST_ADDRESSES;
    const key = isRoom ? own : `${attempt.outcome} others`;
    const known = this.#recent.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const first = isRoom ? attempt : { ...attempt, address: 'others', principal: undefined, reason: undefined };
    this.#recent.set(key, { attempt: first, since: this.#clock.now(), count: 0 });
    this.#tell(first, undefined);
  }

  /** Tells of repeated attempts whose minute is over; called now and then. In the order they began. */
  flush(): void {
    const now = this.#clock.now();
    for (const [key, { attempt, since, count }] of this.#recent) {
      if (now - since < WINDOW_MS) return;
      this.#recent.delete(key);
      if (count > 0) this.#tell(attempt, count);
    }
  }

  #tell({ outcome, address, port, principal, reason }: AuthenticationAttempt, repeated: number | undefined): void {
    void this.#audit.event({ kind: 'controller-authentication', outcome, principal, detail: { address, port, reason, repeated } });
  }
}
