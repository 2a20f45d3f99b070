import {
  Attribute, ClassReference, CountPolicyValue, GuardedByteArray, GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte,
  IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, Locale, ObjectClassReference, QualifiedUid, Script, SortKey, type IcfValue,
} from '../model/index.js';
import { setKey, type JsonObject, type JsonValue } from '../crest/json.js';
import type { JsonType } from './native-types.js';

/** ICF value → JSON as it is: numbers, booleans, texts, maps and lists; bytes as Base64; everything else as text. */
export function naturalJson(value: IcfValue): JsonValue {
  if (typeof value === 'bigint') return exactNumber(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(naturalJson);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof Map) return mapJson(value);
  if (value instanceof Set) return [...value].map(naturalJson);
  if (value instanceof IcfArray) return value.items.map(naturalJson);
  return structureJson(value);
}

type Structure = Exclude<IcfValue, null | string | boolean | number | bigint | Uint8Array | IcfArray | IcfValue[] | Set<IcfValue> | Map<IcfValue, IcfValue>>;

function structureJson(value: Structure): JsonValue {
  if (value instanceof QualifiedUid) return { _id: value.uid, _type: value.objectClass };
  if (value instanceof Script) return { scriptLanguage: value.language, scriptText: value.text };
  if (value instanceof Attribute) return { [value.name]: value.values?.map(naturalJson) ?? null };
  if (value instanceof SortKey) return { field: value.field, isAscending: value.isAscending };
  // The property was declared in the provisioner file; a mapping may need the clear value, as with the original.
  if (value instanceof GuardedString) return value.reveal();
  if (value instanceof GuardedByteArray) return base64(value.reveal());
  return numberJson(value) ?? textOf(value);
}

function numberJson(value: Structure): JsonValue | undefined {
  if (value instanceof IcfDouble) return finite(value.value, value.value);
  if (value instanceof IcfFloat) return finite(value.value, shortestSingle(value.value));
  if (value instanceof IcfBigDecimal) return value.scale <= 0 ? exactNumber(BigInt(value.toString())) : Number(value.toString());
  if (value instanceof IcfByte) return value.value;
  if (value instanceof IcfBigInteger) return exactNumber(value.value);
  return undefined;
}

/** JSON has no infinity and no NaN. */
function finite(value: number, json: number): JsonValue {
  return Number.isFinite(value) ? json : String(value);
}

/** The number with the fewest digits that is this value in single precision, as Java writes it: 0.1, not 0.10000000149011612. */
function shortestSingle(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

function textOf(value: Structure): string {
  if (value instanceof IcfCharacter || value instanceof IcfUri) return value.value;
  if (value instanceof IcfFile) return value.path;
  if (value instanceof ObjectClassReference) return value.name;
  if (value instanceof ClassReference) return value.typeName;
  if (value instanceof CountPolicyValue) return value.policy;
  if (value instanceof Locale) return [value.language, value.country, value.variant].filter((part) => part !== '').join('_');
  return '';
}

function mapJson(map: ReadonlyMap<IcfValue, IcfValue>): JsonObject {
  const object: JsonObject = {};
  for (const [key, item] of map) setKey(object, typeof key === 'string' ? key : JSON.stringify(naturalJson(key)), naturalJson(item));
  return object;
}

function exactNumber(value: bigint): JsonValue {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A value whose declared type it does not fit. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** ICF value → JSON in the form a property's `type` asks for. Throws a {@link FormError} when it does not fit. */
export function jsonInForm(type: JsonType, value: IcfValue): JsonValue {
  const json = type === 'string' && value instanceof IcfBigDecimal ? value.toString() : naturalJson(value);
  if (json === null) return null;
  switch (type) {
    case 'any': case 'array': case 'object': return json;
    case 'string': return typeof json === 'object' ? JSON.stringify(json) : String(json);
    case 'boolean': return booleanForm(json);
    case 'integer': case 'number': return numberForm(json, type);
  }
}

function booleanForm(json: JsonValue): boolean {
  if (typeof json === 'boolean') return json;
  const text = typeof json === 'object' ? '' : String(json).toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new FormError('its value is not a boolean');
}

function numberForm(json: JsonValue, type: JsonType): JsonValue {
  if (typeof json === 'number' || typeof json === 'bigint') return json;
  if (typeof json === 'boolean') return json ? 1 : 0;
  const text = typeof json === 'string' ? json.trim() : '';
  if (/^[+-]?\d+$/.test(text)) return exactNumber(BigInt(text.replace(/^\+/, '')));
  if (type === 'integer' || text === '' || Number.isNaN(Number(text))) throw new FormError(`its value is not of type ${type}`);
  return Number(text);
}
