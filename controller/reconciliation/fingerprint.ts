import { createHash } from 'node:crypto';
import { isObject, writeJson, type JsonObject, type JsonValue } from '../crest/json.js';

/**
 * A value as text for comparison: null, absent and an empty list are one; a list of one is its element; the order of a list
 * and of keys means nothing; a number and its text are one, because targets differ in what they keep as text.
 */
export function normalised(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    const items = value.map(normalised).filter((item) => item !== '').sort();
    return items.length < 2 ? (items[0] ?? '') : JSON.stringify(items);
  }
  if (!isObject(value)) return typeof value === 'string' ? `s${value}` : `s${writeJson(value)}`;
  const entries = Object.entries(value).map(([key, item]): [string, string] => [key, normalised(item)]).filter(([, item]) => item !== '').sort();
  return entries.length === 0 ? '' : `o${JSON.stringify(entries)}`;
}

/** 16 bytes that stand for the values of some top-level keys. */
export function fingerprint(object: JsonObject, keys: readonly string[]): string {
  const hash = createHash('sha256');
  for (const key of keys) hash.update(key).update('\0').update(normalised(Object.hasOwn(object, key) ? object[key] : undefined)).update('\0');
  return hash.digest('base64').slice(0, 22);
}
