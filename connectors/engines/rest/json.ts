import { isObject, scalarText, stepsOf, valueAt } from '../http/json-path.js';
import type { JsonValue } from '../http/json-text.js';

export { valueAt } from '../http/json-path.js';

/** A JSON value; whole numbers that a double would change are bigints. */
export type Json = JsonValue;
export interface JsonObject { readonly [name: string]: Json }

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

/** The text at a path: of a string, a number or a boolean. Undefined where there is none, or an empty one. */
export function textAt(value: Json | undefined, path: string): string | undefined {
  const text = scalarText(valueAt(value, path));
  return text === '' ? undefined : text;
}

/** The elements of the list at a path; none where there is no list. */
export function elementsAt(value: Json | undefined, path: string): readonly Json[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list as readonly Json[] : [];
}

/** Those that are objects. */
export function objectsAt(value: Json | undefined, path: string): readonly JsonObject[] {
  return elementsAt(value, path).filter(isJsonObject);
}

/** The same object with `value` at a path, whose steps are objects; what stands beside it stays. */
export function withValueAt(object: JsonObject, path: string, value: Json): JsonObject {
  return withValueIn(object, stepsOf(path), value);
}

function withValueIn(object: JsonObject, [step = '', ...rest]: readonly string[], value: Json): JsonObject {
  return { ...object, [step]: rest.length === 0 ? value : withValueIn(innerOf(object, step) ?? {}, rest, value) };
}

/** The same object without what is at a path; what stands beside it stays. */
export function withoutValueAt(object: JsonObject, path: string): JsonObject {
  return withoutValueIn(object, stepsOf(path));
}

function withoutValueIn(object: JsonObject, [step = '', ...rest]: readonly string[]): JsonObject {
  if (rest.length === 0) return Object.fromEntries(Object.entries(object).filter(([name]) => name !== step));
  const inner = innerOf(object, step);
  return inner === undefined ? object : { ...object, [step]: withoutValueIn(inner, rest) };
}

function innerOf(object: JsonObject, step: string): JsonObject | undefined {
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  return isJsonObject(inner) ? inner : undefined;
}
