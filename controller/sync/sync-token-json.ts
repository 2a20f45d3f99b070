import {
  GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfCharacter, IcfDouble, IcfFloat, type IcfValue, type SyncToken,
} from '../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import { toIcfValue } from '../systems/coerce.js';
import { naturalJson } from '../systems/json-form.js';
import { nativeTypeOf } from '../systems/native-types.js';

/** A token as it is stored: its value with the type that has to go back to the connector. */
export function tokenJson(token: SyncToken): JsonObject {
  return { nativeType: nativeTypeNameOf(token.value), syncToken: naturalJson(token.value) };
}

/** Undefined when there is none stored. Throws a TypeError for a stored token that does not fit its type. */
export function tokenFromJson(stored: JsonValue | undefined): SyncToken | undefined {
  if (!isObject(stored) || (stored['syncToken'] ?? null) === null) return undefined;
  const name = typeof stored['nativeType'] === 'string' ? stored['nativeType'] : 'any';
  const type = nativeTypeOf(name);
  if (type === undefined) throw new TypeError(`the stored sync token has the unknown type ${name}`);
  return { value: toIcfValue(type, stored['syncToken'] ?? null) };
}

function nativeTypeNameOf(value: IcfValue): string {
  switch (typeof value) {
    case 'string': return 'string';
    case 'boolean': return 'boolean';
    case 'number': return 'integer';
    case 'bigint': return 'JAVA_TYPE_LONG';
    default: return value === null ? 'any' : objectTypeName(value);
  }
}

const CLASSES: readonly (readonly [abstract new (...parameters: never[]) => object, string])[] = [
  [IcfDouble, 'JAVA_TYPE_DOUBLE'], [IcfFloat, 'JAVA_TYPE_FLOAT'], [IcfBigInteger, 'JAVA_TYPE_BIGINTEGER'], [IcfBigDecimal, 'JAVA_TYPE_BIGDECIMAL'],
  [IcfCharacter, 'JAVA_TYPE_CHARACTER'], [Uint8Array, 'JAVA_TYPE_BYTE_ARRAY'], [GuardedString, 'JAVA_TYPE_GUARDEDSTRING'],
  [GuardedByteArray, 'JAVA_TYPE_GUARDEDBYTEARRAY'], [Map, 'object'],
];

function objectTypeName(value: object): string {
  return CLASSES.find(([type]) => value instanceof type)?.[1] ?? 'any';
}
