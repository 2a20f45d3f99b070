import { GuardedString, IcfArray, IcfBigDecimal, IcfBigInteger, IcfDouble, IcfFloat, type IcfValue } from '../../../protocol/model/index.js';
import type { Json, JsonObject } from './json.js';

const LARGEST_INTEGER = 2 ** 31;

/** As Jackson gives a Java connector its JSON: Integer, Long or Double, List and Map. */
export function icfValue(value: Json): IcfValue {
  if (typeof value === 'number') return icfNumber(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(icfValue);
  return new Map(Object.entries(value as JsonObject).map(([name, inner]): [IcfValue, IcfValue] => [name, icfValue(inner)]));
}

function icfNumber(value: number): IcfValue {
  if (!Number.isInteger(value)) return new IcfDouble(value);
  return value >= -LARGEST_INTEGER && value < LARGEST_INTEGER ? value : BigInt(value);
}

/** Throws a TypeError for a value JSON has no form for. Guarded texts are revealed: for the body of a request, and nothing else. */
export function jsonValue(value: IcfValue): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return jsonInteger(value);
  return jsonCollection(value) ?? jsonScalar(value);
}

type Wrapped = Exclude<IcfValue, null | string | boolean | number | bigint>;

function jsonCollection(value: Wrapped): Json | undefined {
  if (value instanceof IcfArray) return value.items.map(jsonValue);
  if (Array.isArray(value) || value instanceof Set) return [...value].map(jsonValue);
  if (!(value instanceof Map)) return undefined;
  return Object.fromEntries([...value].map(([name, inner]) => {
    if (typeof name !== 'string') throw new TypeError('a map whose keys are no texts has no form in JSON');
    return [name, jsonValue(inner)];
  }));
}

function jsonScalar(value: Wrapped): Json {
  if (value instanceof GuardedString) return value.reveal();
  if (value instanceof IcfDouble || value instanceof IcfFloat) return value.value;
  if (value instanceof IcfBigInteger) return jsonInteger(value.value);
  if (value instanceof IcfBigDecimal) return Number(value.toString());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  throw new TypeError(`a value of the type ${value.constructor.name} has no form in JSON`);
}

/** Beyond 2^53 as text, which services that have such numbers take; a number would be another one. */
function jsonInteger(value: bigint): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
