import { createHash } from 'node:crypto';
import { getKey, writeJson, type JsonObject, type JsonValue } from '../../crest/json.js';
import { folded } from './folded.js';

/** A value of an object that no other object of its type may have. */
export interface UniqueValue {
  readonly property: string;
  readonly value: string | number | bigint | boolean;
  /** SHA-256 of the folded value: of one length, whatever the value's. */
  readonly digest: string;
}

/** Of a list, each element. Nothing and the empty text are not unique. */
export function uniqueValues(properties: readonly string[], content: JsonObject): readonly UniqueValue[] {
  const found = new Map<string, UniqueValue>();
  for (const property of properties) {
    const value = getKey(content, property) ?? null;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!isSingle(item) || item === '') continue;
      const digest = createHash('sha256').update(writeJson(folded(item))).digest('hex');
      found.set(`${property} ${digest}`, { property, value: item, digest });
    }
  }
  // In one order everywhere: two writers with the same values then wait for each other, and not both.
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function isSingle(value: JsonValue): value is UniqueValue['value'] {
  return value !== null && typeof value !== 'object';
}
