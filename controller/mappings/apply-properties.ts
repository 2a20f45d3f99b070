import { getKey, isObject, setKey, type JsonObject, type JsonValue } from '../crest/json.js';
import { valueAt, type JsonPointer } from '../crest/json-pointer.js';
import { normalised } from '../reconciliation/fingerprint.js';
import type { PropertyMapping } from './mapping.js';

/** Before a transform: what the source has for a property; undefined for nothing. */
export function sourceValue({ source: pointer, template }: PropertyMapping, source: JsonObject): JsonValue | undefined {
  if (template !== undefined) return template.fill(source);
  return pointer === undefined ? undefined : valueAt(source, pointer);
}

/** Puts a value where a pointer says. Parents that are missing, null or a single value become objects. */
export function putValue(root: JsonObject, pointer: JsonPointer, value: JsonValue): void {
  let parent: JsonObject | JsonValue[] = root;
  for (const token of pointer.slice(0, -1)) {
    const next: JsonValue | undefined = Array.isArray(parent) ? parent[indexOf(token, parent)] : getKey(parent, token);
    const child: JsonObject | JsonValue[] = isObject(next) || Array.isArray(next) ? next : {};
    setChild(parent, token, child);
    parent = child;
  }
  setChild(parent, pointer.at(-1) ?? '', value);
}

function setChild(parent: JsonObject | JsonValue[], token: string, value: JsonValue): void {
  if (Array.isArray(parent)) parent[indexOf(token, parent)] = value;
  else setKey(parent, token, value);
}

/** Of a list, an element that is there or the one after the last. */
function indexOf(token: string, list: readonly JsonValue[]): number {
  const index = token === '-' ? list.length : /^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : -1;
  if (index < 0 || index > list.length) throw new TypeError(`${token} is no place in a list of ${list.length}`);
  return index;
}

/** Of the mapped properties, those whose value differs from the existing object's. Absent, null and empty are the same. */
export function changedProperties(mapped: JsonObject, existing: JsonObject): JsonObject {
  const changed: JsonObject = {};
  for (const [key, value] of Object.entries(mapped)) {
    const before = getKey(existing, key) ?? null;
    const after = isObject(value) && isObject(before) ? { ...before, ...value } : value;
    if (normalised(after) !== normalised(before)) setKey(changed, key, after);
  }
  return changed;
}
