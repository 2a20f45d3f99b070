import { getKey, isObject, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { Requirement } from '../policies/policy.js';
import { validType } from '../policies/value-policies.js';

export interface SchemaViolation {
  /** `address/city`, `aliases[0]` */
  readonly place: string;
  readonly requirement: Requirement;
}

const ALWAYS_VIEW = { object: {}, lacksRequired: false };

/** What is wrong within a value by the `properties` and `items` of its schema. The value itself is for the policies of its property. */
export function schemaViolations(schema: JsonObject, value: JsonValue | undefined, place: string): readonly SchemaViolation[] {
  if (Array.isArray(value)) return itemViolations(getKey(schema, 'items'), value, place);
  if (isObject(value)) return memberViolations(schema, value, place);
  return [];
}

function itemViolations(items: JsonValue | undefined, list: readonly JsonValue[], place: string): readonly SchemaViolation[] {
  if (!isObject(items)) return [];
  return list.flatMap((item, index) => [...ownViolations(items, item, `${place}[${index}]`), ...schemaViolations(items, item, `${place}[${index}]`)]);
}

function memberViolations(schema: JsonObject, object: JsonObject, place: string): readonly SchemaViolation[] {
  const properties = getKey(schema, 'properties');
  if (!isObject(properties)) return [];
  const listed = getKey(schema, 'required');
  const required = new Set(Array.isArray(listed) ? listed : []);
  return Object.entries(properties).flatMap(([name, member]) => {
    if (!isObject(member)) return [];
    const own = `${place}/${name}`;
    const value = getKey(object, name);
    if (value === undefined) return required.has(name) || member['required'] === true ? [{ place: own, requirement: { policyRequirement: 'REQUIRED' } }] : [];
    return [...ownViolations(member, value, own), ...schemaViolations(member, value, own)];
  });
}

function ownViolations({ type }: JsonObject, value: JsonValue, place: string): readonly SchemaViolation[] {
  if (type === undefined) return [];
  const requirement = validType.check(value, { types: Array.isArray(type) ? type : [type] }, ALWAYS_VIEW);
  return requirement === undefined ? [] : [{ place, requirement }];
}
