import type { Clock } from '../../protocol/session/contract.js';
import type { AuditLog, OperationAudit } from './audit-log.js';

interface UnderWay {
  readonly began: number;
  /** What is known of it so far. */
  readonly describe: () => OperationAudit;
}

const LONG_MS = 10_000;

/**
 * Operations that have begun and not ended. One that takes long gets a line while it still runs, so that a search of hours, a
 * subscription, or a write that hangs when the machine dies is known; the others cost an entry in a set.
 */
export class OperationsUnderWay {
  readonly #clock: Clock;
  readonly #underWay = new Set<UnderWay>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Returns the function that says it has ended. Idempotent. */
  began(describe: () => OperationAudit): () => void {
    const entry = { began: this.#clock.now(), describe };
    this.#underWay.add(entry);
    return () => { this.#underWay.delete(entry); };
  }

  /** Writes a line for each that has become long; called now and then. In the order they began, so the short ones end the look. */
  tell(audit: AuditLog): void {
    const now = this.#clock.now();
    for (const entry of this.#underWay) {
      if (now - entry.began < LONG_MS) return;
      this.#underWay.delete(entry);
      void audit.operation({ ...entry.describe(), running: true });
    }
  }
}
