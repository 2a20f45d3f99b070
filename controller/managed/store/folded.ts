import { isObject, setKey, type JsonObject, type JsonValue } from '../../crest/json.js';

/** A value with its strings in lower case; keys stay. Done here and not by the database, whose lower case depends on its locale. */
export function folded(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toLowerCase();
  if (Array.isArray(value)) return value.map(folded);
  if (!isObject(value)) return value;
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(value)) setKey(object, key, folded(item));
  return object;
}
