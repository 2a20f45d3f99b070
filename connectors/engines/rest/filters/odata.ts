import type { AttributeFilterKind } from '../../../../protocol/model/index.js';
import type { FilterLanguage, Literal } from './expressions.js';

const OPERATORS: Readonly<Partial<Record<AttributeFilterKind, string>>> = { equals: 'eq', greaterThan: 'gt', greaterThanOrEqual: 'ge', lessThan: 'lt', lessThanOrEqual: 'le' };
const FUNCTIONS: Readonly<Partial<Record<AttributeFilterKind, string>>> = { startsWith: 'startsWith', endsWith: 'endsWith', contains: 'contains' };

/** A quote is doubled (OData 4.01 ABNF, `SQUOTE-in-string`). */
function quoted(literal: Literal): string {
  return typeof literal === 'string' ? `'${literal.replaceAll("'", "''")}'` : String(literal);
}

/** OData 4.01, part 2, section 5.1.1. */
export const odataLanguage: FilterLanguage = {
  compare(kind, path, literal) {
    const operator = OPERATORS[kind];
    if (operator !== undefined) return `${path} ${operator} ${quoted(literal)}`;
    const name = FUNCTIONS[kind];
    return name === undefined ? undefined : `${name}(${path},${quoted(literal)})`;
  },
  presence: (path) => `${path} ne null`,
  and: (conditions) => conditions.map((condition) => `(${condition})`).join(' and '),
  or: (conditions) => conditions.map((condition) => `(${condition})`).join(' or '),
  not: (condition) => `not (${condition})`,
};
