import type { JsonPointer } from '../../crest/json-pointer.js';
import { badRequest } from '../../crest/resource-error.js';
import type { SortField } from '../../crest/request.js';
import type { SqlValue } from '../../store/database/database.js';
import type { BoundValues } from './bound-values.js';
import { pointerSql } from './filter-sql.js';

/** One column to sort by; none is ever NULL. */
export interface SortColumn {
  readonly sql: string;
  readonly type: 'int' | 'numeric' | 'text';
  readonly ascending: boolean;
}

/** Absent and null first, then booleans, numbers, texts by code points; the id decides between equals. */
export function sortColumns(keys: readonly SortField[], root: string, bound: BoundValues): readonly SortColumn[] {
  return [...keys.flatMap(({ pointer, ascending }) => columnsOf(pointer, root, bound).map((column) => ({ ...column, ascending }))), { sql: 'id', type: 'text', ascending: true }];
}

function columnsOf(pointer: JsonPointer, root: string, bound: BoundValues): readonly Omit<SortColumn, 'ascending'>[] {
  const value = pointerSql(pointer, root, bound);
  if (value === undefined) throw badRequest('A sort key has the character NUL or half a surrogate pair');
  return [
    { type: 'int', sql: `CASE coalesce(jsonb_typeof(${value}), 'null') WHEN 'null' THEN 0 WHEN 'boolean' THEN 1 WHEN 'number' THEN 2 WHEN 'string' THEN 3 ELSE 4 END` },
    { type: 'numeric', sql: `CASE jsonb_typeof(${value}) WHEN 'number' THEN (${value})::numeric WHEN 'boolean' THEN (${value})::boolean::int::numeric ELSE 0 END` },
    { type: 'text', sql: `(CASE jsonb_typeof(${value}) WHEN 'string' THEN ${value} #>> '{}' ELSE '' END) COLLATE "C"` },
  ];
}

export function orderSql(columns: readonly SortColumn[]): string {
  return columns.map(({ sql, ascending }) => `${sql} ${ascending ? 'ASC' : 'DESC'}`).join(', ');
}

/** What comes behind the row with these values. */
export function behindSql(columns: readonly SortColumn[], values: readonly SqlValue[], bound: BoundValues): string {
  const own = columns.map(({ type }, index) => bound.bind(values[index] ?? null, type));
  return `(${columns.map(({ sql, ascending }, at) => {
    const equal = columns.slice(0, at).map((column, index) => `${column.sql} = ${own[index] ?? ''}`);
    return `(${[...equal, `${sql} ${ascending ? '>' : '<'} ${own[at] ?? ''}`].join(' AND ')})`;
  }).join(' OR ')})`;
}
