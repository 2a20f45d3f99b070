import {
  GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri,
  Name, ObjectClassReference, QualifiedUid, Script, Uid, type IcfValue,
} from '../model/index.js';
import { isObject, type JsonValue } from '../crest/json.js';
import type { NativeType } from './native-types.js';

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** A JSON value that cannot become the wanted ICF type. Names the two types, never the value. */
export class CoercionError extends Error {
  override readonly name = 'CoercionError';
  constructor(value: JsonValue, to: string) {
    super(`${jsonTypeName(value)} to ${to}`);
  }
}

function jsonTypeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'integer' : typeof value;
}

/** JSON → ICF value of a type. Null stays null. Throws a {@link CoercionError}. */
export function toIcfValue(type: NativeType, value: JsonValue): IcfValue {
  if (value === null) return null;
  const converted = CONVERSIONS[type](value);
  if (converted === undefined) throw new CoercionError(value, type);
  return converted;
}

const onText = (make: (text: string) => IcfValue | undefined) => (value: JsonValue): IcfValue | undefined =>
  (typeof value === 'string' ? make(value) : undefined);

const CONVERSIONS: Readonly<Record<NativeType, (value: JsonValue) => IcfValue | undefined>> = {
  Object: (value) => naturalIcfValue(value),
  Number: (value) => (typeof value === 'number' || typeof value === 'bigint' ? naturalIcfValue(value) : typeof value === 'string' ? numberOfText(value) : undefined),
  Map: (value) => (isObject(value) ? naturalIcfValue(value) : undefined),
  String: (value) => (typeof value === 'object' ? undefined : String(value)),
  Boolean: booleanOf,
  Integer: (value) => integerWithin(value, BigInt(INT_MIN), BigInt(INT_MAX), Number),
  Long: (value) => integerWithin(value, LONG_MIN, LONG_MAX, (whole) => whole),
  Byte: (value) => integerWithin(value, -128n, 127n, (whole) => new IcfByte(Number(whole))),
  Double: (value) => floating(value, (number) => new IcfDouble(number)),
  Float: (value) => floating(value, (number) => new IcfFloat(number)),
  BigInteger: (value) => integerWithin(value, undefined, undefined, (whole) => new IcfBigInteger(whole)),
  BigDecimal: (value) => (typeof value === 'object' || typeof value === 'boolean' ? undefined : decimalOf(String(value))),
  ByteArray: onText(bytesOf),
  GuardedString: (value) => (typeof value === 'object' ? undefined : new GuardedString(String(value))),
  GuardedByteArray: onText((text) => new GuardedByteArray(Buffer.from(text, 'utf8'))),
  Character: onText((text) => (text === '' ? undefined : new IcfCharacter(text.charAt(0)))),
  Name: onText((text) => new Name(text)),
  Uid: onText((text) => new Uid(text)),
  File: onText((text) => new IcfFile(text)),
  URI: onText((text) => new IcfUri(text)),
  ObjectClass: onText((text) => new ObjectClassReference(text)),
  QualifiedUid: (value) => (isObject(value) && typeof value['_id'] === 'string' && typeof value['_type'] === 'string' ? new QualifiedUid(value['_type'], value['_id']) : undefined),
  Script: (value) => (isObject(value) && typeof value['scriptLanguage'] === 'string' && typeof value['scriptText'] === 'string'
    ? new Script(value['scriptLanguage'], value['scriptText']) : undefined),
};

/** JSON → ICF without a declared type: 32-bit integers are Integer, larger ones Long, fractions Double. */
export function naturalIcfValue(value: JsonValue): IcfValue {
  if (typeof value === 'bigint') return value >= LONG_MIN && value <= LONG_MAX ? value : new IcfBigInteger(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return new IcfDouble(value);
    return value >= INT_MIN && value <= INT_MAX ? value : BigInt(value);
  }
  if (Array.isArray(value)) return value.map(naturalIcfValue);
  if (isObject(value)) return new Map(Object.entries(value).map(([key, item]): [IcfValue, IcfValue] => [key, naturalIcfValue(item)]));
  return value;
}

function booleanOf(value: JsonValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function integerWithin(value: JsonValue, least: bigint | undefined, most: bigint | undefined, make: (whole: bigint) => IcfValue): IcfValue | undefined {
  const whole = wholeNumber(value);
  if (whole === undefined || (least !== undefined && whole < least) || (most !== undefined && whole > most)) return undefined;
  return make(whole);
}

function wholeNumber(value: JsonValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^[+-]?\d{1,1000}$/.test(value.trim()) ? BigInt(value.trim().replace(/^\+/, '')) : undefined;
}

function floating(value: JsonValue, make: (number: number) => IcfValue): IcfValue | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return make(Number(value));
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : make(number);
}

function numberOfText(text: string): IcfValue | undefined {
  const whole = wholeNumber(text);
  if (whole !== undefined) return naturalIcfValue(Number.isSafeInteger(Number(whole)) ? Number(whole) : whole);
  return floating(text, (number) => new IcfDouble(number));
}

function decimalOf(text: string): IcfBigDecimal | undefined {
  const match = /^([+-]?)(\d{0,1000})(?:\.(\d{0,1000}))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  return new IcfBigDecimal(BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`), fraction.length - Number(exponent));
}

function bytesOf(text: string): Uint8Array | undefined {
  const compact = text.replace(/\s/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(compact) && compact.length % 4 === 0 ? new Uint8Array(Buffer.from(compact, 'base64')) : undefined;
}
