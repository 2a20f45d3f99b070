import type { FetchTypeResponse, Metadata } from 'oracledb';
import { IcfDouble, IcfFloat } from '../../../../protocol/model/index.js';
import { decimal } from '../text-values.js';
import { SqlTemporal, type SqlValue } from '../values.js';

type Oracle = typeof import('oracledb');
type Column = Metadata<unknown[]> | undefined;

/** Numbers as text, for a double holds 15 of their 38 digits; large objects as a whole. */
export function fetchTypeHandler(oracledb: Oracle): (column: Metadata<unknown>) => FetchTypeResponse | undefined {
  return ({ dbType }) => {
    if (dbType === oracledb.DB_TYPE_NUMBER) return { type: oracledb.STRING };
    if (dbType === oracledb.DB_TYPE_CLOB || dbType === oracledb.DB_TYPE_NCLOB || dbType === oracledb.DB_TYPE_LONG) return { type: oracledb.STRING };
    return dbType === oracledb.DB_TYPE_BLOB ? { type: oracledb.BUFFER } : undefined;
  };
}

export function fromOracle(value: unknown, column: Column): SqlValue {
  if (value === null || value === undefined) return null;
  const type = column?.dbTypeName ?? '';
  if (value instanceof Date) return temporal(value, type);
  if (typeof value === 'number') return type === 'BINARY_FLOAT' ? new IcfFloat(value) : new IcfDouble(value);
  if (typeof value === 'boolean' || value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return JSON.stringify(value);
  return type === 'NUMBER' ? number(value, column) : value;
}

/** NUMBER(9) is the largest that fits an int for sure, NUMBER(18) a long. */
function number(text: string, column: Column): SqlValue {
  const { precision = 0, scale = -127 } = column ?? {};
  if (scale !== 0 || precision === 0 || precision > 18) return decimal(text) ?? text;
  return precision <= 9 ? Number(text) : BigInt(text);
}

/** The driver makes a Date of the agent's time zone of what has no zone, and keeps milliseconds; `read` of the dialect loses nothing. */
function temporal(value: Date, type: string): SqlTemporal {
  if (type.includes('TIME ZONE')) return new SqlTemporal('timestampWithZone', `${value.toISOString().slice(0, 23).replace('T', ' ').replace(/\.000$/, '')}+00:00`);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${String(value.getFullYear()).padStart(4, '0')}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
  const fraction = value.getMilliseconds() === 0 ? '' : `.${String(value.getMilliseconds()).padStart(3, '0')}`;
  return new SqlTemporal('timestamp', `${day} ${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}${fraction}`);
}

/** Text for what a double would round: the session converts it by formats of ours. */
export function toOracle(value: SqlValue): string | number | Buffer | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof IcfDouble || value instanceof IcfFloat) return value.value;
  return value.toString();
}
