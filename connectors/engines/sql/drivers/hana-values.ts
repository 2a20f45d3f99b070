import type { HdbColumn } from 'hdb';
import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { asItIs, decimalOrText, libraryText, withoutEmptyFraction } from '../text-values.js';
import { SqlTemporal, type SqlValue } from '../values.js';

type Conversion = (value: unknown) => SqlValue;
const day: Conversion = (value) => new SqlTemporal('date', libraryText(value));
const time: Conversion = (value) => new SqlTemporal('time', libraryText(value));
const timestamp: Conversion = (value) => new SqlTemporal('timestamp', withoutEmptyFraction(libraryText(value).replace('T', ' ')));

/**
 * By type codes: https://help.sap.com/docs/SAP_HANA_PLATFORM/7e4aba181371442d9e4395e7ff71b777 (SQL Command Network Protocol). The
 * driver gives times as ISO text, decimals as text, long integers as text where a double would round them.
 */
const CONVERSIONS: ReadonlyMap<number, Conversion> = new Map<number, Conversion>([
  [4 /* BIGINT */, (value) => BigInt(libraryText(value))],
  [5 /* DECIMAL */, decimalOrText], [76 /* FIXED16 */, decimalOrText], [81 /* FIXED8 */, decimalOrText], [82 /* FIXED12 */, decimalOrText],
  [6 /* REAL */, (value) => new IcfFloat(Number(value))],
  [7 /* DOUBLE */, (value) => new IcfDouble(Number(value))],
  [14 /* DATE */, day], [63 /* DAYDATE */, day],
  [15 /* TIME */, time], [64 /* SECONDTIME */, time],
  [16 /* TIMESTAMP */, timestamp], [61 /* LONGDATE */, timestamp], [62 /* SECONDDATE */, timestamp],
  [28 /* BOOLEAN */, (value) => (typeof value === 'boolean' ? value : Number(value) === 1)],
]);

export function fromHana(value: unknown, column: HdbColumn | undefined): SqlValue {
  if (value === null || value === undefined) return null;
  return (CONVERSIONS.get(column?.dataType ?? -1) ?? asItIs)(value);
}

export function toHana(value: SqlValue): string | number | boolean | Buffer | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof IcfDouble || value instanceof IcfFloat) return value.value;
  return value.toString();
}
