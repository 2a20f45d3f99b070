import {
  IcfBigDecimal, IcfBigInteger, NAME, PASSWORD, UID, attributeKey, type Attribute, type Filter, type IcfValue,
} from '../../../protocol/model/index.js';
import { joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { SqlColumn, SqlValue } from '../../engines/sql/values.js';
import type { FilterSplit } from '../../framework/spi.js';
import type { Table } from './table.js';

/** The uid an `equals` filter asks for. */
export function askedUid(filter: Filter | undefined): string | undefined {
  if (filter?.kind !== 'equals') return undefined;
  const { name, values } = filter.attribute;
  const [value] = values ?? [];
  const isKey = attributeKey(name) === attributeKey(UID) || attributeKey(name) === attributeKey(NAME);
  return isKey && values?.length === 1 && typeof value === 'string' ? value : undefined;
}

/**
 * A read by key is the database's alone. Of every other filter the database is given what narrows the rows down, see
 * {@link narrowed}; the framework evaluates the whole filter on what is left, so that collations, types and time formats of a
 * database never change what a filter means.
 */
export function nativeFilter(filter: Filter): FilterSplit {
  return { native: filter, residual: askedUid(filter) === undefined ? filter : undefined };
}

/** A condition every matching row meets, and as few others as can be; undefined: no such condition is known. */
export function narrowed(filter: Filter, table: Table): SqlText | undefined {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.operands.map((operand) => narrowed(operand, table)).filter((part) => part !== undefined);
      return parts.length === 0 ? undefined : inParentheses(parts, ' and ');
    }
    case 'or': {
      const parts = filter.operands.map((operand) => narrowed(operand, table));
      const known = parts.filter((part) => part !== undefined);
      return known.length < parts.length ? undefined : inParentheses(known, ' or ');
    }
    // What an operand's condition lets through beyond its matches, its opposite would miss.
    case 'not':
    // An attribute without a value is there all the same.
    case 'presence':
    case 'extendedMatch':
      return undefined;
    default:
      return comparison(filter.kind, filter.attribute, table);
  }
}

function inParentheses(parts: readonly SqlText[], operator: string): SqlText {
  return sql`(${joinSql(parts.map((part) => sql`(${part})`), operator)})`;
}

type Compared = Exclude<Filter['kind'], 'and' | 'or' | 'not' | 'presence' | 'extendedMatch'>;

function comparison(kind: Compared, { name, values }: Attribute, table: Table): SqlText | undefined {
  const column = comparedColumn(name, table);
  const value = values?.length === 1 ? values[0] ?? null : null;
  if (column === undefined || value === null) return undefined;
  switch (kind) {
    case 'equals':
    case 'containsAllValues':
      return compared('=', column, value, table);
    case 'greaterThan':
    case 'greaterThanOrEqual':
      return compared('>=', column, value, table);
    case 'lessThan':
    case 'lessThanOrEqual':
      return compared('<=', column, value, table);
    default:
      return like(kind, column, value, table);
  }
}

/** Neither the password nor the change time is an attribute that a filter sees. */
function comparedColumn(name: string, table: Table): SqlColumn | undefined {
  const column = table.columnOf(name);
  return column === table.changeLog || attributeKey(name) === attributeKey(PASSWORD) ? undefined : column;
}

/** Order of text is the collation's, which is not ours; a comparison of text is left to the framework. */
function compared(operator: '=' | '>=' | '<=', column: SqlColumn, value: IcfValue, table: Table): SqlText | undefined {
  const comparable = comparableValue(column, value, operator === '=');
  if (comparable === undefined) return undefined;
  const [left, right] = [table.identifier(column), table.typed(comparable, column)];
  if (operator === '=') return sql`${left} = ${right}`;
  return operator === '>=' ? sql`${left} >= ${right}` : sql`${left} <= ${right}`;
}

const LOCAL_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** What is text here and another type at the database, and fails or is converted there: uuid, enum, json, xml. */
const PLAIN_TEXT = /^(?:text|varchar|varchar2|nvarchar|nvarchar2|char|nchar|bpchar|citext|name|tinytext|mediumtext|longtext|string)$/;

function comparableValue(column: SqlColumn, value: IcfValue, isEqual: boolean): SqlValue | undefined {
  switch (column.kind) {
    case 'text': return isEqual ? plainText(column, value) : undefined;
    case 'timestamp': return typeof value === 'string' && LOCAL_TIME.test(value) ? value : undefined;
    case 'date': return typeof value === 'string' && DAY.test(value) ? value : undefined;
    case 'integer':
    case 'long':
    case 'decimal': return exactNumber(value);
    default: return undefined;
  }
}

function plainText({ typeName }: SqlColumn, value: IcfValue): string | undefined {
  return typeof value === 'string' && value !== '' && PLAIN_TEXT.test(typeName) && !value.includes('\0') ? value : undefined;
}

/** Binary fractions compare with decimals by rules of each database's own. */
function exactNumber(value: IcfValue): SqlValue | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return inRange(BigInt(value));
  if (value instanceof IcfBigInteger) return inRange(value.value);
  if (value instanceof IcfBigDecimal) return Math.abs(value.scale) <= 30 ? value : undefined;
  return undefined;
}

/** A number no column can hold would make the database fail. */
function inRange(value: bigint): bigint | undefined {
  return value >= -(2n ** 31n) && value < 2n ** 31n ? value : undefined;
}

/** `!` escapes the wildcards and nothing else, which Oracle would refuse; `\` would mean something more to some. */
function like(kind: 'startsWith' | 'endsWith' | 'contains', column: SqlColumn, value: IcfValue, table: Table): SqlText | undefined {
  const text = column.kind === 'text' ? plainText(column, value) : undefined;
  if (text === undefined) return undefined;
  const wildcards = `!%_${table.dialect.wildcards ?? ''}`;
  const escaped = Array.from(text, (character) => (wildcards.includes(character) ? `!${character}` : character)).join('');
  const pattern = `${kind === 'startsWith' ? '' : '%'}${escaped}${kind === 'endsWith' ? '' : '%'}`;
  return sql`${table.identifier(column)} like ${pattern} escape '!'`;
}
