import {
  Attribute, ConnectorError, GuardedByteArray, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, type IcfValue,
} from '../../../protocol/model/index.js';
import { timestampText } from '../../engines/sql/text-values.js';
import type { SqlColumn, SqlValue } from '../../engines/sql/values.js';
import type { Table } from './table.js';

function refuse(attribute: string, why: string): never {
  throw new ConnectorError('invalidAttributeValue', `${attribute}: ${why}`, { outcome: 'notApplied' });
}

const NUMBER = /^-?\d{1,38}(?:\.\d{1,38})?(?:[eE][+-]?\d{1,3})?$/;
const TIME = /^[\d:. +-]{5,40}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** As far as an identifier may be of the kind at all; the last word has the database. */
const SPELLING: Readonly<Record<Exclude<SqlColumn['kind'], 'text' | 'integer' | 'long'>, RegExp | undefined>> = {
  decimal: /^-?\d{1,38}(?:\.\d{1,38})?$/,
  float: NUMBER, double: NUMBER,
  date: TIME, time: TIME, timestamp: TIME, timestampWithZone: TIME,
  boolean: undefined, binary: undefined,
};

/**
 * An identifier as the key column's value; undefined where no row of it can have this identifier. Rows show their keys in one
 * spelling only, so `007` is not the row 7.
 */
export function keyValue(uid: string, { kind, typeName }: SqlColumn): SqlValue | undefined {
  if (kind === 'text') return uid.includes('\0') || (isUuid(typeName) && !UUID.test(uid)) ? undefined : uid;
  if (kind === 'integer' || kind === 'long') return wholeNumber(uid, kind === 'integer' ? 2n ** 31n : 2n ** 63n);
  return SPELLING[kind]?.test(uid) === true ? uid : undefined;
}

function isUuid(typeName: string): boolean {
  return typeName === 'uuid' || typeName === 'uniqueidentifier';
}

function wholeNumber(text: string, largest: bigint): bigint | undefined {
  const value = /^-?(?:0|[1-9]\d{0,18})$/.test(text) ? BigInt(text) : undefined;
  return value !== undefined && value >= -largest && value < largest ? value : undefined;
}

/** The one value of an attribute as its column takes it. Text is left to the database to convert, as with Java. */
export function columnValue(attribute: Attribute, column: SqlColumn): SqlValue {
  if ((attribute.values?.length ?? 0) > 1) refuse(attribute.name, `a column holds one value, ${attribute.values?.length ?? 0} were given.`);
  return converted(attribute.values?.[0] ?? null, column, attribute.name);
}

function converted(value: IcfValue, column: SqlColumn, name: string): SqlValue {
  if (value === null) return null;
  if (value instanceof GuardedString) return value.reveal();
  if (value instanceof GuardedByteArray) return ofBytes(value.reveal(), column, name);
  if (value instanceof Uint8Array) return ofBytes(value, column, name);
  if (column.kind === 'binary') return refuse(name, `the column ${column.name} (${column.typeName}) takes bytes only.`);
  const number = numberOf(value);
  return number === undefined ? ofText(value, column, name) : ofNumber(number, column);
}

function ofBytes(value: Uint8Array, column: SqlColumn, name: string): SqlValue {
  return column.kind === 'binary' ? value : refuse(name, `the column ${column.name} (${column.typeName}) takes no bytes.`);
}

function ofText(value: IcfValue, column: SqlColumn, name: string): SqlValue {
  if (typeof value === 'string') return column.kind === 'boolean' ? truth(value) : value;
  if (typeof value === 'boolean') return column.kind === 'text' ? String(value) : column.kind === 'boolean' ? value : Number(value);
  if (value instanceof IcfCharacter || value instanceof IcfUri) return value.value;
  return value instanceof IcfFile ? value.path : refuse(name, `the column ${column.name} takes text, numbers, booleans or bytes.`);
}

/** Databases disagree on words for booleans; these two they would all have to understand. */
function truth(text: string): SqlValue {
  return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
}

type SqlNumber = number | bigint | IcfDouble | IcfFloat | IcfBigDecimal;

function numberOf(value: IcfValue): SqlNumber | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof IcfDouble || value instanceof IcfFloat || value instanceof IcfBigDecimal) return value;
  if (value instanceof IcfByte) return value.value;
  return value instanceof IcfBigInteger ? value.value : undefined;
}

function ofNumber(value: SqlNumber, { kind }: SqlColumn): SqlValue {
  const text = value instanceof IcfDouble || value instanceof IcfFloat ? String(value.value) : value.toString();
  if (kind === 'text') return text;
  if (kind === 'boolean') return Number(text) !== 0;
  // Java makes a java.sql.Timestamp of milliseconds since 1970.
  if (kind === 'timestamp') return timestampText(localFields(Number(text)));
  if (kind === 'timestampWithZone') return `${timestampText(new Date(Number(text)))}+00:00`;
  return value;
}

/** A Date whose UTC fields are the local ones of the agent's zone, in which Java writes what has no zone. */
function localFields(milliseconds: number): Date {
  return new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
}

/**
 * What becomes of nothing and of an empty text. Without enableEmptyString both are NULL; with it, columns of characters that may
 * not be NULL get an empty text. Oracle knows no empty text.
 */
export function emptied(value: SqlValue, column: SqlColumn, table: Table, enableEmptyString: boolean): SqlValue {
  if (value !== null && value !== '') return value;
  return enableEmptyString && takesEmptyText(column, table) ? '' : null;
}

export function takesEmptyText(column: SqlColumn, table: Table): boolean {
  return column.kind === 'text' && !column.nullable && !table.dialect.emptyIsNull;
}
