import { ConnectorError, IcfArray, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFloat, type IcfValue } from '../../../../protocol/model/index.js';
import type { Driver } from '../connection/driver.js';
import { bsonType } from '../values/document-id.js';

/** Extended JSON as scripts write values they have no type for: { $oid: '…' }, { $date: '…' }. */
const EXTENDED = new Set(['$oid', '$date', '$numberInt', '$numberLong', '$numberDouble', '$numberDecimal', '$uuid', '$binary', '$timestamp', '$minKey', '$maxKey', '$symbol', '$regularExpression']);

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `${what} cannot be handed to MongoDB.`, { outcome: 'notApplied' });
}

function textKey(key: IcfValue): string {
  return typeof key === 'string' ? key : refuse('A key that is no text');
}

/** Plain JSON for a value within Extended JSON. */
function plain(value: IcfValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]): [string, unknown] => [textKey(key), plain(item)]));
  return Array.isArray(value) ? value.map(plain) : typeof value === 'bigint' ? value.toString() : value;
}

type Simple = null | string | boolean | number;

function isSimple(value: unknown): value is Simple {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';
}

/** What a script hands over, as the driver takes it. Secrets are given to the database and to nobody else. */
export function bsonValue(driver: Driver, value: IcfValue | undefined): unknown {
  if (value === undefined || isSimple(value)) return value ?? null;
  if (typeof value === 'bigint') return driver.Long.fromBigInt(value);
  if (value instanceof Uint8Array) return new driver.Binary(value);
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => bsonValue(driver, item));
  if (value instanceof IcfArray) return value.items.map((item) => bsonValue(driver, item));
  if (value instanceof Map) return documentValue(driver, value);
  return scalar(driver, value);
}

function scalar(driver: Driver, value: Exclude<IcfValue, null>): unknown {
  if (value instanceof IcfDouble || value instanceof IcfFloat) return value.value;
  if (value instanceof IcfByte || value instanceof IcfCharacter) return value.value;
  if (value instanceof IcfBigInteger) return driver.Decimal128.fromString(value.value.toString());
  if (value instanceof IcfBigDecimal) return driver.Decimal128.fromString(value.toString());
  if (typeof value === 'object' && 'reveal' in value) return value.reveal();
  return refuse(`A ${typeof value === 'object' ? value.constructor.name : typeof value}`);
}

function documentValue(driver: Driver, value: ReadonlyMap<IcfValue, IcfValue>): unknown {
  const [first] = value.keys();
  if (typeof first === 'string' && EXTENDED.has(first)) {
    try {
      return driver.BSON.EJSON.deserialize(plain(value as Map<IcfValue, IcfValue>) as Parameters<Driver['BSON']['EJSON']['deserialize']>[0], { relaxed: false }) as unknown;
    } catch {
      return refuse(`${first} with what stands beside it`);
    }
  }
  return Object.fromEntries([...value].map(([key, item]): [string, unknown] => [textKey(key), bsonValue(driver, item)]));
}

export function bsonDocument(driver: Driver, value: IcfValue | undefined): Record<string, unknown> {
  const read = value === null || value === undefined ? {} : bsonValue(driver, value);
  if (typeof read !== 'object' || read === null || Array.isArray(read) || bsonType(read) !== undefined) return refuse('What is no document');
  return read as Record<string, unknown>;
}

/** What the database answers, as scripts see it: Int32 and Double as numbers, Long as a bigint, bytes as such, the rest in Extended JSON. */
export function scriptValue(driver: Driver, value: unknown): IcfValue {
  if (value === undefined) return null;
  if (isSimple(value) || typeof value === 'bigint') return value;
  if (Array.isArray(value)) return value.map((item) => scriptValue(driver, item));
  if (value instanceof Date) return new Map<IcfValue, IcfValue>([['$date', value.toISOString()]]);
  return objectValue(driver, value);
}

function objectValue(driver: Driver, value: unknown): IcfValue {
  const type = bsonType(value);
  if (type === undefined && !(value instanceof RegExp)) return new Map(Object.entries(value as object).map(([key, item]): [IcfValue, IcfValue] => [key, scriptValue(driver, item)]));
  if (type === 'Int32' || type === 'Double') return (value as { readonly value: number }).value;
  if (type === 'Long') return (value as { toBigInt(): bigint }).toBigInt();
  if (type === 'Binary' && (value as { readonly sub_type: number }).sub_type === 0) return Uint8Array.from((value as { value(): Uint8Array }).value());
  return scriptValue(driver, JSON.parse(driver.BSON.EJSON.stringify(value, { relaxed: false })));
}
