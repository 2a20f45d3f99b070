import type { SqlRunner, SqlValue, TableColumns } from './database.js';

/** Rows of one statement. */
const ROWS = 5_000;
const NAME = /^[a-z_][a-z0-9_]*$/;
const TYPE = /^[a-z][a-z0-9 ]*$/;

/** INSERT … SELECT FROM unnest: one parameter a column, however many rows. */
export function insertStatement({ table, columns, skipExisting = false }: TableColumns): string {
  for (const name of [table, ...columns.map((column) => column.name)]) if (!NAME.test(name)) throw new TypeError(`${name} is no name of a table or column`);
  for (const { type } of columns) if (!TYPE.test(type)) throw new TypeError(`${type} is no type of a column`);
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  return `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})${skipExisting ? ' ON CONFLICT DO NOTHING' : ''}`;
}

/** In pieces, for use inside a transaction. */
export async function insertPieces(query: SqlRunner['query'], table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void> {
  const statement = insertStatement(table);
  for (let from = 0; from < rows.length; from += ROWS) {
    const piece = rows.slice(from, from + ROWS);
    await query(statement, table.columns.map((_, column) => piece.map((row) => row[column] ?? null)));
  }
}

export const fitsOneStatement = (rows: readonly unknown[]): boolean => rows.length <= ROWS;
