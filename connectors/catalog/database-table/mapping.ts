import {
  ACCOUNT, Attribute, ConnectorError, ConnectorObject, GuardedString, IcfDouble, IcfFloat, Name, PASSWORD, Uid, attributeKey, NAME, UID, type IcfValue,
} from '../../../protocol/model/index.js';
import { identifiers, joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import { decimalOrText, temporalOf, withoutEmptyFraction } from '../../engines/sql/text-values.js';
import { SqlTemporal, type SqlColumn, type SqlRow, type SqlValue } from '../../engines/sql/values.js';
import type { Table } from './table.js';
import type { DatabaseTableConfig } from './validate.js';

/** A key as identifiers have it. */
export function textOf(value: SqlValue): string | undefined {
  if (value === null || value instanceof Uint8Array) return undefined;
  return value instanceof IcfDouble || value instanceof IcfFloat ? String(value.value) : value.toString();
}

const TEMPORAL = new Set(['date', 'time', 'timestamp', 'timestampWithZone']);

/** What the column holds, also where it was read as text. */
export function valueOf(value: SqlValue, { kind }: SqlColumn): SqlValue {
  const text = value instanceof SqlTemporal ? value.text : value;
  if (typeof text !== 'string') return value;
  if (kind === 'decimal') return decimalOrText(text);
  return TEMPORAL.has(kind) ? temporalOf(kind as SqlTemporal['kind'], withoutEmptyFraction(text)) : value;
}

/** Which columns one search reads, and what objects come of them. */
export class RowMapper {
  readonly #table: Table;
  readonly #columns: readonly SqlColumn[];
  readonly #isNative: boolean;
  readonly #isTimestampNative: boolean;

  /** `attributesToGet` undefined: what is returned by default, which is all but the password and binary columns, as with Java. */
  constructor(table: Table, config: DatabaseTableConfig, attributesToGet: readonly string[] | undefined, more: readonly SqlColumn[] = []) {
    this.#table = table;
    this.#isNative = config.allNative;
    this.#isTimestampNative = config.allNative || config.nativeTimestamps;
    const asked = attributesToGet === undefined
      ? table.attributeColumns.filter(({ kind }) => kind !== 'binary')
      : attributesToGet.flatMap((name) => askedColumn(table, config, name));
    this.#columns = [...new Set([table.key, ...more, ...asked])];
  }

  /** The select list; a column's place is its number in it. */
  get list(): SqlText {
    return joinSql(this.#columns.map((column, index) => sql`${this.#table.read(column)} as ${label(index)}`), ', ');
  }

  values(row: SqlRow): readonly SqlValue[] {
    const values = [...row.values()];
    return this.#columns.map((column, index) => valueOf(values[index] ?? null, column));
  }

  /** Of the values of a row, in the order of the list. */
  object(values: readonly SqlValue[]): ConnectorObject {
    const uid = textOf(values[0] ?? null) ?? '';
    if (uid.trim() === '') {
      throw new ConnectorError('connector', `A row of ${this.#table.name} has no value in ${this.#table.key.name}, the keyColumn. Fill it, or remove the row.`);
    }
    const attributes: Attribute[] = [new Uid(uid), new Name(uid)];
    for (let index = 1; index < this.#columns.length; index++) {
      const column = this.#columns[index];
      if (column === undefined || column === this.#table.changeLog) continue;
      const value = values[index] ?? null;
      const name = column === this.#table.password ? PASSWORD : column.name;
      attributes.push(new Attribute(name, value === null ? null : [this.#icf(value, column)]));
    }
    return new ConnectorObject(ACCOUNT, attributes);
  }

  #icf(value: Exclude<SqlValue, null>, column: SqlColumn): IcfValue {
    if (column === this.#table.password) return new GuardedString(textOf(value) ?? '');
    return value instanceof SqlTemporal ? this.#timeText(value) : value;
  }

  /**
   * By default as the database writes it. Natively Java reads java.sql objects, which reach the wire as their text: timestamps
   * without a zone and with at least one digit behind the second, times without any.
   */
  #timeText({ kind, text }: SqlTemporal): string {
    if (kind === 'time') return this.#isNative ? text.replace(/\..*$/, '') : text;
    if (kind === 'date' || !this.#isTimestampNative) return text;
    const local = text.replace(/[+-]\d\d:\d\d(?::\d\d)?$/, '');
    return local.includes('.') ? local : `${local}.0`;
  }
}

/** Labels of our own, plain words everywhere: a column's name may be anything. */
function label(index: number): SqlText {
  return identifiers([`c${index}`], 'none');
}

function askedColumn(table: Table, config: DatabaseTableConfig, name: string): SqlColumn[] {
  const key = attributeKey(name);
  if (key === attributeKey(UID) || key === attributeKey(NAME)) return [];
  const column = table.columnOf(name);
  if (column === undefined || column === table.changeLog || column === table.key) return [];
  if (column !== table.password) return [column];
  return config.suppressPassword || key !== attributeKey(PASSWORD) ? [] : [column];
}
