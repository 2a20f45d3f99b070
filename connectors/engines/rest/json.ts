import { isObject, scalarText, valueAt } from '../http/json-path.js';
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

/** The same object with `value` at a path, whose steps are objects; what stands beside it stays. */
export function withValueAt(object: JsonObject, path: string, value: Json): JsonObject {
  const [step = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...object, [step]: value };
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  return { ...object, [step]: withValueAt(isJsonObject(inner) ? inner : {}, rest.join('.'), value) };
}
