import type { SqlValue } from './database/database.js';
import type { Comparison, FilterLiteral, QueryFilter } from '../crest/query-filter.js';

/** Values of a statement, by their numbers. */
export class BoundValues {
  readonly values: SqlValue[] = [];

  /** `$n` for the value. */
  bind(value: SqlValue): string {
    return `$${this.values.push(value)}`;
  }
}

type Compare = Extract<QueryFilter, { kind: 'compare' }>;
/** A condition of one's own for a comparison, which an index may serve; undefined: the general one. */
export type SpecialComparison = (comparison: Compare, bound: BoundValues) => string | undefined;

const OPERATORS: Readonly<Record<Exclude<Comparison, 'co' | 'sw'>, string>> = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' };

/**
 * A CREST filter as a condition on a column of jsonb, with the meaning of `matchesFilter`: a list matches if any element does, types
 * must agree, strings compare without regard to case. Every value is bound, names of properties too.
 */
export function filterSql(filter: QueryFilter, column: string, bound: BoundValues, special: SpecialComparison = () => undefined): string {
  switch (filter.kind) {
    case 'and': case 'or': return `(${filter.operands.map((operand) => filterSql(operand, column, bound, special)).join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not': return `(NOT ${filterSql(filter.operand, column, bound, special)})`;
    case 'literal': return filter.value ? 'TRUE' : 'FALSE';
    case 'present': return `(COALESCE(jsonb_typeof(${column} #> ${bound.bind(filter.pointer)}::text[]), 'null') <> 'null')`;
    case 'extended': return 'FALSE';
    case 'compare': return special(filter, bound) ?? comparison(filter, column, bound);
  }
}

function comparison({ operator, pointer, value }: Compare, column: string, bound: BoundValues): string {
  const found = `${column} #> ${bound.bind(pointer)}::text[]`;
  return `EXISTS (SELECT 1 FROM jsonb_array_elements(CASE jsonb_typeof(${found}) WHEN 'array' THEN ${found} ELSE jsonb_build_array(${found}) END) AS candidate(value) WHERE ${matches(operator, value, bound)})`;
}

/** CASE: a condition on the type beside one on the value does not keep the second from being tried first. */
function matches(operator: Comparison, value: FilterLiteral, bound: BoundValues): string {
  if (typeof value === 'string') return `CASE WHEN jsonb_typeof(candidate.value) = 'string' THEN ${textMatches(operator, "lower(candidate.value #>> '{}')", `lower(${bound.bind(value.replaceAll('\0', '\ufffd'))}::text)`)} ELSE FALSE END`;
  const [type, cast] = typeof value === 'boolean' ? ['boolean', 'boolean'] : ['number', 'numeric'];
  const sign = operator === 'co' || operator === 'sw' ? '=' : OPERATORS[operator];
  return `CASE WHEN jsonb_typeof(candidate.value) = '${type}' THEN (candidate.value #>> '{}')::${cast} ${sign} ${bound.bind(String(value))}::${cast} ELSE FALSE END`;
}

function textMatches(operator: Comparison, text: string, literal: string): string {
  if (operator === 'co') return `strpos(${text}, ${literal}) > 0`;
  if (operator === 'sw') return `starts_with(${text}, ${literal})`;
  return `${text} COLLATE "C" ${OPERATORS[operator]} ${literal} COLLATE "C"`;
}
