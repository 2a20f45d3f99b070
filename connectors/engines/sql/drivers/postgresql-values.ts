import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { decimalOrText, temporalOf } from '../text-values.js';
import { SqlTemporal, type SqlValue } from '../values.js';

/** By the types' object ids: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const FROM_TEXT: ReadonlyMap<number, (text: string) => SqlValue> = new Map<number, (text: string) => SqlValue>([
  [16 /* bool */, (text) => text === 't' || text === 'true'],
  [17 /* bytea */, (text) => Buffer.from(text.slice(2), 'hex')],
  [20 /* int8 */, BigInt],
  [21 /* int2 */, Number],
  [23 /* int4 */, Number],
  [700 /* float4 */, (text) => new IcfFloat(floating(text))],
  [701 /* float8 */, (text) => new IcfDouble(floating(text))],
  [1082 /* date */, (text) => new SqlTemporal('date', text)],
  [1083 /* time */, (text) => new SqlTemporal('time', text)],
  [1114 /* timestamp */, (text) => new SqlTemporal('timestamp', text)],
  [1184 /* timestamptz */, (text) => temporalOf('timestampWithZone', text)],
  [1700 /* numeric */, decimalOrText],
]);

/** PostgreSQL's text form of a value, which loses nothing. */
export function fromText(text: string | null, type: number): SqlValue {
  return text === null ? null : FROM_TEXT.get(type)?.(text) ?? text;
}

function floating(text: string): number {
  return text === 'Infinity' ? Infinity : text === '-Infinity' ? -Infinity : Number(text);
}

/** As text, which the server converts to the type it expects; bytes in the form of bytea's input. */
export function toText(value: SqlValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (value instanceof IcfDouble || value instanceof IcfFloat) return String(value.value);
  return value.toString();
}
