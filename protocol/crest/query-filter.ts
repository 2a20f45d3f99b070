import type { JsonPointer } from './json-pointer.js';
import { pointerText } from './json-pointer.js';

export const COMPARISONS = ['eq', 'gt', 'ge', 'lt', 'le', 'co', 'sw'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type FilterLiteral = string | boolean | number | bigint;

/** A CREST query filter as a tree. `and` and `or` have two operands or more. */
export type QueryFilter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly QueryFilter[] }
  | { readonly kind: 'not'; readonly operand: QueryFilter }
  | { readonly kind: 'literal'; readonly value: boolean }
  | { readonly kind: 'present'; readonly pointer: JsonPointer }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly pointer: JsonPointer; readonly value: FilterLiteral }
  | { readonly kind: 'extended'; readonly operator: string; readonly pointer: JsonPointer; readonly value: FilterLiteral };

/** Writes a filter so that parsing the text gives the same filter again: quotes and backslashes are escaped. */
export function filterText(filter: QueryFilter): string {
  switch (filter.kind) {
    case 'and': case 'or': return `(${filter.operands.map(filterText).join(` ${filter.kind} `)})`;
    case 'not': return `! (${filterText(filter.operand)})`;
    case 'literal': return String(filter.value);
    case 'present': return `${pointerText(filter.pointer)} pr`;
    case 'compare': case 'extended': return `${pointerText(filter.pointer)} ${filter.operator} ${literalText(filter.value)}`;
  }
}

function literalText(value: FilterLiteral): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return String(value);
  const text = String(value);
  // The grammar knows a double by its point: 1e-7 has to be written 1.0e-7.
  return text.includes('.') ? text : text.replace(/^(-?\d+)/, '$1.0');
}
