import { isObject, type JsonValue } from '../../../controller/crest/json.js';
import type { AttributeInfo, ObjectClassInfo } from '../../../protocol/model/index.js';
import type { CurlSample } from '../curl-samples.js';
import { parseLiberally } from '../sample-excerpts.js';
import { placeOf } from '../sample-place.js';
import { shownObjects } from '../shown-answer.js';

const SECRET = new Set(['__PASSWORD__', '__CURRENT_PASSWORD__']);
const HIDDEN = ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] as const;

/** The object classes of samples: what their bodies hold and their answers show, each attribute as the values given are. */
export function sampleClasses(samples: readonly CurlSample[]): readonly ObjectClassInfo[] {
  const classes = new Map<string, Map<string, JsonValue[]>>();
  for (const sample of samples) {
    const type = placeOf(sample).type ?? /source=system\/[^/]+\/(\w+)/.exec(sample.query)?.[1];
    if (type === undefined) continue;
    const known = classes.get(type) ?? new Map<string, JsonValue[]>();
    classes.set(type, known);
    for (const [name, value] of valuesOf(sample)) known.set(name, [...known.get(name) ?? [], value]);
  }
  return [...classes].map(([type, values]) => ({ type, isContainer: false, attributes: attributesOf(values) }));
}

function valuesOf(sample: CurlSample): readonly (readonly [string, JsonValue])[] {
  const told = [bodyOf(sample) ?? [], ...sample.shown === undefined ? [] : shownObjects(sample.shown)].flat().filter(isObject);
  const patched = told.flatMap(({ field, value }) => (typeof field === 'string' ? [[field.replace(/^\//, ''), value ?? null] as const] : []));
  const asked = /_queryFilter=([A-Za-z_]\w*)/.exec(sample.query)?.[1];
  const shown = [...sample.shown?.rowKeys ?? sample.shown?.keys ?? [], ...asked === undefined || /^(?:true|false)$/i.test(asked) ? [] : [asked]].map((name) => [name, null] as const);
  return [...patched.length > 0 ? patched : told.flatMap((object) => Object.entries<JsonValue>(object as Record<string, JsonValue>)), ...shown].filter(([name]) => !['_id', '_rev'].includes(name));
}

/** Of a request, misprints put right as far as that is plain. */
export function bodyOf({ body }: Pick<CurlSample, 'body'>): JsonValue | undefined {
  if (body === undefined) return undefined;
  try {
    return parseLiberally(body.replaceAll('”', '"').replaceAll('\\\n', '\n'));
  } catch {
    return undefined;
  }
}

function attributesOf(values: ReadonlyMap<string, readonly JsonValue[]>): AttributeInfo[] {
  const named = values.has('__NAME__') ? values : new Map([...values, ['__NAME__', ['']] as const]);
  return [...named].map(([name, given]) => (SECRET.has(name) ? { name, type: 'GuardedString', flags: HIDDEN } : { name, type: typeOf(given.flat()), flags: given.some(Array.isArray) ? ['MULTIVALUED'] : [] }));
}

/** ICF's type of values of JSON. */
function typeOf(values: readonly JsonValue[]): string {
  const kinds = new Set(values.filter((value) => value !== null).map((value) => (isObject(value) ? 'Map' : typeof value === 'number' ? Number.isInteger(value) ? 'Integer' : 'Double' : typeof value === 'boolean' ? 'Boolean' : 'String')));
  return kinds.size === 1 ? [...kinds][0]! : 'String';
}
