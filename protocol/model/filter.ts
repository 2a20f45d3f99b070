import type { Attribute } from './attribute.js';

export type AttributeFilterKind =
  | 'equals' | 'containsAllValues' | 'startsWith' | 'endsWith' | 'contains'
  | 'greaterThan' | 'greaterThanOrEqual' | 'lessThan' | 'lessThanOrEqual';

/** A search filter (protocol section 6). `and` and `or` have two operands or more. A read by id is `equals` with a Uid. */
export type Filter =
  | { readonly kind: 'and'; readonly operands: readonly Filter[] }
  | { readonly kind: 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | { readonly kind: AttributeFilterKind; readonly attribute: Attribute }
  | { readonly kind: 'presence'; readonly name: string }
  | { readonly kind: 'extendedMatch'; readonly operator: string; readonly attribute: Attribute };

/** Combines what is there with `and`; undefined when nothing is. */
export function allOf(...filters: (Filter | undefined)[]): Filter | undefined {
  const operands = filters.filter((filter) => filter !== undefined);
  return operands.length > 1 ? { kind: 'and', operands } : operands[0];
}
