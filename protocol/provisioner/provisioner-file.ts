import { isObject, parseJson, type JsonObject, type JsonValue } from '../crest/json.js';

const FILE_NAME = /^provisioner\.openicf-(.+)\.json$/;
const BYTE_ORDER_MARK = '\ufeff';
const ENDS_OF_FOLDERS = /^.*[\\/]/;

/** Whoever reads provisioner files on their own takes none that is larger, in bytes. */
export const LARGEST_PROVISIONER_FILE = 4 * 1024 ** 2;

/** What stands between `provisioner.openicf-` and `.json`; undefined for a file of another name. Folders before it do not count. */
export function systemNameOf(path: string): string | undefined {
  return FILE_NAME.exec(path.replace(ENDS_OF_FOLDERS, ''))?.[1];
}

/**
 * The object in a provisioner file; a byte order mark before it is let through. Throws a TypeError whose message shows nothing of
 * the text, since that may hold a password.
 */
export function parseProvisionerFile(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    throw new TypeError('is no JSON');
  }
  if (!isObject(value)) throw new TypeError('holds no JSON object');
  return value;
}

/** A value that stands in the file in a form only a controller can make something of. */
export interface ControllerValue {
  /** Below the value that was looked through, e.g. `configurationProperties.password`. */
  readonly path: string;
  /** `encrypted`: `{"$crypto": …}` of IDM; `reference`: `&{name}`. */
  readonly kind: 'encrypted' | 'reference';
  /** The alias of the key, or the names that are referred to. */
  readonly names: readonly string[];
}

/** All of them, in the order of the file. */
export function controllerValues(value: JsonValue, path = ''): ControllerValue[] {
  if (typeof value === 'string') {
    const names = [...value.matchAll(/&\{([^{}]+)\}/g)].map(([, name = '']) => name);
    return names.length === 0 ? [] : [{ path, kind: 'reference', names }];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => controllerValues(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  if (Object.hasOwn(value, '$crypto')) return [{ path, kind: 'encrypted', names: keyAlias(value['$crypto'] ?? null) }];
  return Object.entries(value).flatMap(([key, item]) => controllerValues(item, path === '' ? key : `${path}.${key}`));
}

function keyAlias(envelope: JsonValue): string[] {
  const value = isObject(envelope) ? envelope['value'] : undefined;
  const alias = isObject(value) ? value['key'] : undefined;
  return typeof alias === 'string' ? [alias] : [];
}
