import { getKey, isObject, setKey, type JsonObject, type JsonValue } from '../crest/json.js';
import { valueAt, type JsonPointer } from '../crest/json-pointer.js';
import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { normalised } from './fingerprint.js';
import type { Mapping, PropertyMapping } from './mapping.js';

/** What a mapping makes of a source: the target's mapped properties. Null is put as well. */
export function mappedTarget(mapping: Mapping, source: JsonObject, existing: JsonObject): JsonObject {
  const target: JsonObject = {};
  for (const property of mapping.properties) {
    const view = { object: source, target: existing, linkQualifier: 'default' };
    if (property.condition !== undefined && !matchesFilter(property.condition, view)) continue;
    put(target, property.target, valueFor(property, source) ?? property.default ?? null);
  }
  return target;
}

function valueFor({ source: pointer, template }: PropertyMapping, source: JsonObject): JsonValue | undefined {
  if (template !== undefined) return template.fill(source);
  return pointer === undefined ? undefined : valueAt(source, pointer);
}

function put(root: JsonObject, pointer: JsonPointer, value: JsonValue): void {
  let parent = root;
  for (const token of pointer.slice(0, -1)) {
    const next = getKey(parent, token);
    const child: JsonObject = isObject(next) ? next : {};
    setKey(parent, token, child);
    parent = child;
  }
  setKey(parent, pointer.at(-1) ?? '', value);
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
