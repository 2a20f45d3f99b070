import type { JsonObject, JsonValue } from '../../crest/json.js';

/** One requirement that a value does not meet. */
export interface Requirement {
  readonly policyRequirement: string;
  readonly params?: JsonObject;
}

export interface PolicyView {
  /** The whole object, clear. */
  readonly object: JsonObject;
  /** The property is required and was found to be missing or empty before. */
  readonly lacksRequired: boolean;
}

/** A kind of policy, e.g. `minimum-length`. */
export interface Policy {
  readonly id: string;
  readonly requirements: readonly string[];
  /** A property that is not there is not looked at. */
  readonly onlyIfPresent: boolean;
  /** Undefined: it is met. */
  check(value: JsonValue | undefined, params: JsonObject, view: PolicyView): Requirement | undefined;
  /** What is wrong with its `params`; undefined: nothing. */
  problem(params: JsonObject): string | undefined;
}

/** A policy of a property. */
export interface PropertyPolicy {
  readonly policy: Policy;
  readonly params: JsonObject;
}

const fine = (): undefined => undefined;

export function policy(id: string, requirement: string, parts: Partial<Pick<Policy, 'onlyIfPresent' | 'problem'>> & Pick<Policy, 'check'>): Policy {
  return { id, requirements: [requirement], onlyIfPresent: false, problem: fine, ...parts };
}

export function numberParam(name: string): (params: JsonObject) => string | undefined {
  return (params) => (typeof params[name] === 'number' && Number.isFinite(params[name]) ? undefined : `params.${name} must be a number`);
}
