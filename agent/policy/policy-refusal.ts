import { ConnectorError, withOutcome } from '../../protocol/model/index.js';

/** An operation that this agent's policy does not let through. Nothing of it has been done. */
export class PolicyRefusal extends ConnectorError {
  /** The rule, brake or entry that refused; for audit. */
  readonly rule: string;
  readonly why: string;

  constructor(rule: string, what: string, why: string) {
    super('permissionDenied', `${what} was refused by the policy of this agent: ${why}.`, { outcome: 'notApplied' });
    this.rule = rule;
    this.why = why;
  }
}

/** Throws what a check that could not be made ends with: the operation is not done, and may be tried again where that helps. */
export function refuseUnchecked(rule: string, what: string, error: unknown): never {
  if (error instanceof PolicyRefusal) throw error;
  if (error instanceof ConnectorError && error.retryable) throw withOutcome(error, 'notApplied');
  throw new PolicyRefusal(rule, what, `whether ${rule} protects the object cannot be found out: ${error instanceof Error ? error.message : String(error)}`);
}
