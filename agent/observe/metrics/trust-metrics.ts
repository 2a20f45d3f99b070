import type { Counter, Gauge } from 'prom-client';
import type { MetricsRegistry } from '../../../deploy/runtime/metrics/metrics-registry.js';
import type { BrakeStatus } from '../../policy/brakes/brakes.js';
import { PolicyRefusal } from '../../policy/policy-refusal.js';
import type { AgentFigures } from './agent-figures.js';

/** Policy and certificates. */
export class TrustMetrics {
  readonly #refusals: Counter;
  readonly #policyProblem: Gauge;
  readonly #readOnly: Gauge;
  readonly #engaged: Gauge;
  readonly #filled: Gauge;
  readonly #expiry: Gauge;
  readonly #renewalFailures: Gauge;

  constructor(registry: MetricsRegistry) {
    this.#refusals = registry.counter('policy_refusals_total', 'Operations that the policy of this agent did not let through.', ['connector', 'operation']);
    this.#policyProblem = registry.gauge('policy_problem', '1: the policy file cannot be used as it is now; the one before it applies.');
    this.#readOnly = registry.gauge('policy_read_only', '1: the policy lets no write through.');
    this.#engaged = registry.gauge('policy_brake_engaged', 'Systems on which the brake has been pulled: changes there are refused.', ['brake']);
    this.#filled = registry.gauge('policy_brake_filled_ratio', 'Changes counted in the window of the brake, as a share of its limit, of the system that is furthest.', ['brake']);
    this.#expiry = registry.gauge('certificate_expiry_timestamp_seconds', 'When a certificate of this agent runs out, as seconds since 1970. role: identity (what causeway agent enroll got), or the setting that names the file.', ['role']);
    this.#renewalFailures = registry.gauge('certificate_renewal_failures', 'Attempts to renew the enrolled certificate that failed since the last that did not.');
  }

  /** Of every operation that failed. */
  failed(error: unknown, { connector = '', operation = '' }: Readonly<Record<string, string>>): void {
    if (error instanceof PolicyRefusal) this.#refusals.inc({ connector, operation });
  }

  fill({ status: { policy, identity, certificates } }: AgentFigures): void {
    this.#policyProblem.set(policy.problem === '' ? 0 : 1);
    this.#readOnly.set(policy.readOnly ? 1 : 0);
    for (const brake of new Set(policy.brakes.map((status) => status.brake))) this.#brake(brake, policy.brakes.filter((status) => status.brake === brake));
    if (identity !== undefined) this.#expiry.set({ role: 'identity' }, Date.parse(identity.notAfter) / 1000);
    this.#renewalFailures.set(identity?.renewal.failures ?? 0);
    for (const { setting, notAfter } of certificates) this.#expiry.set({ role: setting }, Date.parse(notAfter) / 1000);
  }

  /** Its counts of all systems. */
  #brake(brake: string, counts: readonly BrakeStatus[]): void {
    this.#engaged.set({ brake }, counts.filter(({ tripped }) => tripped !== undefined).length);
    this.#filled.set({ brake }, Math.max(...counts.map(({ count, limit }) => count / Math.max(1, limit))));
  }
}
