import { getKey, type JsonObject, type JsonValue } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import { schemaViolations } from '../configuration/schema-violations.js';
import { uniqueNames, type ManagedProperty, type ManagedType } from '../configuration/managed-type.js';
import { isHashed } from '../protection/secure-hash.js';
import type { ManagedStore } from '../store/managed-store.js';
import { uniqueValues } from '../store/unique-values.js';
import type { Requirement } from './policy.js';

/** The requirements of one policy that a property does not meet. */
export interface FailedPolicy {
  readonly property: string;
  readonly policyRequirements: readonly Requirement[];
}

export interface Validation {
  /** The properties to look at; undefined for all. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Only what holds for mappings, too: types, required, unique. */
  readonly schemaOnly?: boolean | undefined;
}

/** What holds whoever writes: the rest is for people. */
const OF_SCHEMA: ReadonlySet<string> = new Set(['required', 'valid-type']);

/** Checks a clear object against its type. `id` undefined: it has none yet. */
export async function validateObject(type: ManagedType, { id, object, store }: { readonly id: string | undefined; readonly object: JsonObject; readonly store: ManagedStore }, { only, schemaOnly = false }: Validation = {}): Promise<readonly FailedPolicy[]> {
  const failed: FailedPolicy[] = [];
  const properties = [...type.properties.values()].filter(({ name }) => only?.has(name) !== false);
  for (const property of properties) failed.push(...failuresOf(property, object, schemaOnly));
  const unique = new Set(uniqueNames(type));
  const names = properties.map(({ name }) => name).filter((name) => unique.has(name));
  for (const name of await store.taken(type.name, id, uniqueValues(names, object))) failed.push(uniqueFailure(name));
  return failed;
}

export function uniqueFailure(property: string): FailedPolicy {
  return { policyRequirements: [{ policyRequirement: 'UNIQUE' }], property };
}

function failuresOf({ name, schema, policies }: ManagedProperty, object: JsonObject, schemaOnly: boolean): readonly FailedPolicy[] {
  const value = getKey(object, name);
  // Nobody knows the text behind a hash.
  if (isHashed(value)) return [];
  const failed: FailedPolicy[] = [];
  let lacksRequired = false;
  for (const { policy, params } of policies) {
    if ((policy.onlyIfPresent && value === undefined) || (schemaOnly && !OF_SCHEMA.has(policy.id))) continue;
    const requirement = policy.check(value, params, { object, lacksRequired });
    if (requirement === undefined) continue;
    lacksRequired ||= requirement.policyRequirement === 'REQUIRED';
    failed.push({ policyRequirements: [requirement], property: name });
  }
  return [...failed, ...schemaViolations(schema, value, name).map(({ place, requirement }) => ({ policyRequirements: [requirement], property: place }))];
}

/** The answer of `validateObject`, and the detail of a 403. */
export function validationResult(failed: readonly FailedPolicy[]): JsonObject {
  const plain: JsonValue[] = failed.map(({ policyRequirements, property }) => ({ policyRequirements: policyRequirements.map((requirement): JsonObject => ({ ...requirement })), property }));
  return { result: failed.length === 0, failedPolicyRequirements: plain };
}

/** Throws 403 as IDM does, with the failures as its detail. */
export function requireValid(failed: readonly FailedPolicy[], message = 'Policy validation failed'): void {
  if (failed.length > 0) throw new ResourceError(403, message, { detail: validationResult(failed) });
}

