import { ConnectorError, Uid, type CallContext, type Operation } from '../../protocol/model/index.js';
import type { Clock, RequestOrigin } from '../../protocol/session/contract.js';
import type { AuditLog, AuditOutcome, OperationAudit } from './audit-log.js';
import { operationFacts } from './operation-facts.js';
import type { OperationsUnderWay } from './operations-under-way.js';

/** What auditing needs. */
export interface AuditParts {
  readonly audit: AuditLog;
  readonly underWay: OperationsUnderWay;
  readonly clock: Clock;
}

/** Where an operation goes. */
export type AuditedPlace = Pick<OperationAudit, 'connector' | 'relay' | 'system' | 'targets'>;

/** One operation from its begin to its line. */
export class AuditedOperation {
  readonly #parts: AuditParts;
  readonly #facts: Omit<OperationAudit, 'duration' | 'outcome'>;
  readonly #began: number;
  readonly #ended: () => void;

  constructor(parts: AuditParts, place: AuditedPlace, origin: RequestOrigin, operation: Operation, operationId: string | undefined) {
    this.#parts = parts;
    this.#began = parts.clock.now();
    this.#facts = {
      operation: operation.kind, operationId, ...place, ...operationFacts(operation),
      principal: origin.principal, session: origin.peerSessionId, messageId: origin.messageId,
    };
    this.#ended = parts.underWay.began(() => this.record('unknown'));
  }

  /** The line as it would be now. */
  record(outcome: AuditOutcome, more: Partial<OperationAudit> = {}): OperationAudit {
    return { ...this.#facts, duration: this.#parts.clock.now() - this.#began, outcome, ...more };
  }

  /** It is over. Resolves when its line is safe. Never rejects. */
  end(outcome: AuditOutcome, more: Partial<OperationAudit> = {}): Promise<void> {
    this.#ended();
    return this.#parts.audit.operation(this.record(outcome, more));
  }

  /** It failed, was refused, or its requester left. */
  fail(error: unknown, { signal }: Pick<CallContext, 'signal'>, count?: number): Promise<void> {
    const failure = failureOf(error);
    const isLeft = signal.aborted && failure.rule === undefined && failure.outcome !== 'refused';
    return this.end(isLeft ? 'left' : failure.outcome, { ...failure.facts, count });
  }
}

interface Failure {
  readonly outcome: AuditOutcome;
  readonly rule: string | undefined;
  readonly facts: Pick<OperationAudit, 'error' | 'rule' | 'effect'>;
}

/** What a line says of an error: its class, who refused, and what is known of a write's effect; never its message, which may hold values. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof ConnectorError)) return { outcome: 'failed', rule: undefined, facts: { error: 'unexpected' } };
  const rule = 'rule' in error && typeof error.rule === 'string' ? error.rule : undefined;
  return { outcome: rule === undefined ? 'failed' : 'refused', rule, facts: { error: error.javaClass, rule, effect: error.outcome } };
}

/** The uid an operation answered: of a created object, of the user that logged in, or a new one after a rename. */
export function uidFacts(operation: Operation, result: unknown): Pick<OperationAudit, 'uid' | 'newUid'> {
  if (!(result instanceof Uid)) return {};
  if (operation.kind !== 'update') return { uid: result.value };
  return result.value === operation.uid.value ? {} : { newUid: result.value };
}
