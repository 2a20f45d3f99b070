/** A JSON value; integers that a double would change are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject { readonly [name: string]: Json | undefined }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path such as `name.givenName` or `phones.0.number`; the empty path is the value itself. Undefined where nothing is. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  if (path === '') return value;
  let at = value;
  for (const step of path.split('.')) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(step)];
    else if (isJsonObject(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

/** The text at a path: of a string, a number or a boolean. Undefined where there is none, or an empty one. */
export function textAt(value: Json | undefined, path: string): string | undefined {
  const found = valueAt(value, path);
  if (found === null || found === undefined || typeof found === 'object' || found === '') return undefined;
  return String(found);
}

/** The same object with `value` at a path, whose steps are objects; what stands beside it stays. */
export function withValueAt(object: JsonObject, path: string, value: Json): JsonObject {
  const [step = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...object, [step]: value };
  const inner = Object.hasOwn(object, step) ? object[step] : undefined;
  return { ...object, [step]: withValueAt(isJsonObject(inner) ? inner : {}, rest.join('.'), value) };
}
