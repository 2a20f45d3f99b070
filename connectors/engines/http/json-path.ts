import type { JsonValue } from './json-text.js';

/** `error.message`, `errors[0].message`, `value`; '' is the root. A name that holds dots stands in quotes: `"urn:example:1.0".colour`. */
export function stepsOf(path: string): readonly string[] {
  if (!path.includes('"')) return path.split(/[.[\]]/).filter((step) => step !== '');
  return [...path.matchAll(/"([^"]*)"|[^.[\]"]+/g)].map(([step, quoted]) => quoted ?? step);
}

export function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at the path; undefined where there is nothing. */
export function valueAt(value: JsonValue | undefined, path: string): JsonValue | undefined {
  let at = value;
  for (const step of stepsOf(path)) {
    if (Array.isArray(at)) at = (at as readonly JsonValue[])[Number(step)];
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** A text, number or boolean as text. */
export function scalarText(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}
