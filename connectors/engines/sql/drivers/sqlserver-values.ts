import type { DataType } from 'tedious/lib/data-type.js';
import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { asItIs, decimalOrText, libraryText, timestampText } from '../text-values.js';
import { rowOf } from '../driver-connection.js';
import { SqlTemporal, type SqlRow, type SqlValue } from '../values.js';

/** What a result set says of a column. */
export interface TdsColumn {
  readonly colName: string;
  readonly type: { readonly name: string };
  readonly dataLength?: number | undefined;
  readonly scale?: number | undefined;
}

export interface TdsCell { readonly value: unknown; readonly metadata: TdsColumn }

/** tedious keeps what a Date cannot hold beside it: seconds behind the milliseconds. */
type TdsDate = Date & { readonly nanosecondsDelta?: number };

function textOfDate(date: TdsDate, scale: number | undefined): string {
  const beyond = Math.round((date.nanosecondsDelta ?? 0) * 1e7);
  return timestampText(date, `${date.toISOString().slice(20, 23)}${String(beyond).padStart(4, '0')}`.slice(0, scale ?? 7));
}

type Conversion = (value: unknown, column: TdsColumn) => SqlValue;

/** By the library's names of types. Decimals come as doubles; who needs every digit reads them as text (`read` of the dialect). */
const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['BigInt', (value) => BigInt(libraryText(value))],
  // The wire has one type for all lengths of integers that may be null; the longest come as text.
  ['IntN', (value) => (typeof value === 'string' ? BigInt(value) : Number(value))],
  ['Float', (value) => new IcfDouble(Number(value))],
  ['Real', (value) => new IcfFloat(Number(value))],
  ['FloatN', (value, { dataLength }) => (dataLength === 4 ? new IcfFloat(Number(value)) : new IcfDouble(Number(value)))],
  ...['Decimal', 'DecimalN', 'Numeric', 'NumericN', 'Money', 'MoneyN', 'SmallMoney'].map((type): [string, Conversion] => [type, decimalOrText]),
]);

export function fromTds(value: unknown, column: TdsColumn): SqlValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return dateOf(value, column.type.name, column.scale);
  return (CONVERSIONS.get(column.type.name) ?? asItIs)(value, column);
}

function dateOf(value: Date, type: string, scale: number | undefined): SqlTemporal {
  const text = textOfDate(value, type === 'DateTime' || type === 'DateTimeN' || type === 'SmallDateTime' ? 3 : scale);
  if (type === 'Date') return new SqlTemporal('date', text.slice(0, 10));
  if (type === 'Time') return new SqlTemporal('time', text.slice(11));
  return type === 'DateTimeOffset' ? new SqlTemporal('timestampWithZone', `${text}+00:00`) : new SqlTemporal('timestamp', text);
}

type Types = typeof import('tedious').TYPES;
export interface TdsParameter { readonly type: DataType; readonly value: unknown }

/** Numbers of many digits as text, which the server converts without a loss. */
export function toTds(value: SqlValue, types: Types): TdsParameter {
  if (typeof value === 'boolean') return { type: types.Bit, value };
  if (typeof value === 'number') return { type: Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? types.Int : types.Float, value };
  if (value instanceof IcfDouble || value instanceof IcfFloat) return { type: types.Float, value: value.value };
  if (value instanceof Uint8Array) return { type: types.VarBinary, value: Buffer.from(value) };
  return { type: types.NVarChar, value: value === null ? null : value.toString() };
}

export function tdsRow(cells: readonly TdsCell[]): SqlRow {
  return rowOf(cells.map(({ metadata }) => metadata.colName), cells, (_cell, index) => {
    const cell = cells[index];
    return cell === undefined ? null : fromTds(cell.value, cell.metadata);
  });
}
