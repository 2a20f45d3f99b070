import { isObject, setKey, type JsonObject, type JsonValue } from '../crest/json.js';

/** Looks a property up; undefined when there is none of that name. */
export type PropertySource = (name: string) => string | undefined;

/**
 * Replaces `&{name}` in every string. A value that is nothing but one reference keeps its text. Throws a TypeError that
 * names every reference without a value; `setWhere` says where one is given.
 */
export function substituteProperties(value: JsonValue, source: PropertySource, setWhere = "the controller's properties or environment"): JsonValue {
  const missing = new Set<string>();
  const replaced = substitute(value, source, missing);
  if (missing.size > 0) throw new TypeError(`no value for ${[...missing].map((name) => `&{${name}}`).join(', ')}; set it in ${setWhere}`);
  return replaced;
}

function substitute(value: JsonValue, source: PropertySource, missing: Set<string>): JsonValue {
  if (typeof value === 'string') {
    return value.replace(/&\{([^{}]+)\}/g, (whole, name: string) => {
      const found = source(name);
      if (found === undefined) missing.add(name);
      return found ?? whole;
    });
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, source, missing));
  if (!isObject(value)) return value;
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(value)) setKey(object, key, substitute(item, source, missing));
  return object;
}

/** Configured properties first, then the environment, where `idm.instance.dir` may also be spelt `IDM_INSTANCE_DIR`. */
export function propertySource(configured: ReadonlyMap<string, string>, environment: Readonly<Record<string, string | undefined>>): PropertySource {
  return (name) => configured.get(name) ?? environment[name] ?? environment[name.toUpperCase().replace(/[^A-Z0-9]/g, '_')];
}
