import { IcfBigDecimal, IcfDouble, IcfFloat } from '../../../protocol/model/index.js';
import type { SqlConnection } from './connection.js';
import type { SqlText } from './sql-text.js';
import { withoutEmptyFraction } from './text-values.js';
import type { SqlRow, SqlValue } from './values.js';

/** The rows of a query, or the first `most` of them; then its cursor is closed. For results that are known to be small. */
export async function readRows(connection: SqlConnection, query: SqlText, signal: AbortSignal, most = Number.MAX_SAFE_INTEGER): Promise<SqlRow[]> {
  const read: SqlRow[] = [];
  for await (const chunk of connection.rows(query, signal, { fetchSize: Math.min(most, 1_000) })) {
    for (const row of chunk) {
      read.push(row);
      if (read.length >= most) return read;
    }
  }
  return read;
}

/** A column's value as text; undefined for NULL and for a column the row does not have. Binary values are not text. */
export function columnText(row: SqlRow, column: string): string | undefined {
  return textOf(row.get(column) ?? null);
}

function textOf(value: SqlValue): string | undefined {
  if (value === null || value instanceof Uint8Array) return undefined;
  if (value instanceof IcfDouble || value instanceof IcfFloat) return String(value.value);
  // Identifiers are numbers without a scale in some databases and with one in others: 1015488 and 1015488.00 are the same.
  if (value instanceof IcfBigDecimal) return withoutEmptyFraction(value.toString());
  return String(value);
}
