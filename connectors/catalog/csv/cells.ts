import {
  ConnectorError, GuardedString, IcfBigDecimal, IcfBigInteger, IcfByte, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, UID,
  type Attribute, type IcfValue,
} from '../../../protocol/model/index.js';
import { columnOf, trimmed, type Columns } from './format/columns.js';

function refuse(attribute: string, what: string): never {
  throw new ConnectorError('invalidAttributeValue', `Attribute ${attribute} ${what}.`);
}

/** As Java prints it: a whole number keeps its `.0`. */
function floating(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? value.toFixed(1) : String(value);
}

function boxedText(value: IcfValue): string | undefined {
  if (value instanceof IcfDouble || value instanceof IcfFloat) return floating(value.value);
  if (value instanceof IcfByte || value instanceof IcfBigInteger || value instanceof IcfCharacter || value instanceof IcfUri) return String(value.value);
  if (value instanceof IcfBigDecimal) return value.toString();
  return value instanceof IcfFile ? value.path : undefined;
}

/** A value as the text of a cell. Throws `invalidAttributeValue` for what has no text. */
function textOf(attribute: string, value: IcfValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return boxedText(value) ?? refuse(attribute, 'has a value that is not text, a number or a boolean; a CSV file holds text only, so convert it first (bytes: to Base64)');
}

function onlyValue({ name, values }: Attribute): IcfValue {
  if (values !== null && values.length > 1) refuse(name, `has ${values.length} values, but a column of a CSV file holds one. Join them in the mapping, or give one`);
  return values?.[0] ?? null;
}

/** The text of the cell; null clears it. */
function cellOf(attribute: Attribute, isPassword: boolean): string {
  const value = onlyValue(attribute);
  if (value === null) return '';
  if (value instanceof GuardedString) {
    if (!isPassword) refuse(attribute.name, 'is a guarded value, which only the password column may hold');
    return value.reveal();
  }
  const text = textOf(attribute.name, value);
  return isPassword ? text : trimmed(text);
}

/**
 * What a create or update puts in which column, by column index. `__NAME__`, `__UID__` and the uid column's own name all
 * mean the uid column. Throws `invalidAttributeValue` for unknown attributes, several values, and what cannot be written.
 */
export function cellsOf(path: string, columns: Columns, attributes: readonly Attribute[]): Map<number, string> {
  const cells = new Map<number, string>();
  for (const attribute of attributes) {
    const column = columnOf(path, columns, attribute.name);
    const cell = cellOf(attribute, column === columns.password);
    // UTF-8 cannot hold half a surrogate pair; writing a replacement character would lose it silently.
    if (/\p{Surrogate}/u.test(cell)) refuse(attribute.name, 'holds an incomplete surrogate pair, which is no character');
    const before = cells.get(column);
    if (before !== undefined && before !== cell) refuse(attribute.name, `and another attribute give different values for the column ${columns.headers[column] ?? ''}`);
    cells.set(column, cell);
  }
  const uid = cells.get(columns.uid);
  if (uid?.trim() === '') refuse(attributes.find((attribute) => columns.indexOf.get(attribute.name.toLowerCase()) === columns.uid)?.name ?? UID, 'is blank; every row needs a uid');
  return cells;
}
