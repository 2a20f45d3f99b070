import type { JsonValue } from './json.js';
import { valueAt } from './json-pointer.js';
import type { Comparison, FilterLiteral, QueryFilter } from './query-filter.js';

/**
 * Whether a JSON object passes a filter. A list passes if any element does; types must agree; strings compare without
 * regard to case; an extended operator never matches.
 */
export function matchesFilter(filter: QueryFilter, object: JsonValue): boolean {
  switch (filter.kind) {
    case 'and': return filter.operands.every((operand) => matchesFilter(operand, object));
    case 'or': return filter.operands.some((operand) => matchesFilter(operand, object));
    case 'not': return !matchesFilter(filter.operand, object);
    case 'literal': return filter.value;
    case 'present': {
      const value = valueAt(object, filter.pointer);
      return value !== undefined && value !== null;
    }
    case 'extended': return false;
    case 'compare': {
      const value = valueAt(object, filter.pointer);
      const candidates = Array.isArray(value) ? value : [value];
      return candidates.some((candidate) => matches(filter.operator, candidate, filter.value));
    }
  }
}

function matches(operator: Comparison, value: JsonValue | undefined, literal: FilterLiteral): boolean {
  if (operator === 'co' || operator === 'sw') {
    if (typeof value !== 'string' || typeof literal !== 'string') return compareValues(value, literal) === 0;
    const text = value.toLowerCase();
    return operator === 'co' ? text.includes(literal.toLowerCase()) : text.startsWith(literal.toLowerCase());
  }
  const order = compareValues(value, literal);
  if (order === undefined) return false;
  switch (operator) {
    case 'eq': return order === 0;
    case 'gt': return order > 0;
    case 'ge': return order >= 0;
    case 'lt': return order < 0;
    case 'le': return order <= 0;
  }
}

/** Order of two values of one type, strings without regard to case; undefined when the types differ or have no order. */
export function compareValues(left: JsonValue | undefined, right: JsonValue | undefined): number | undefined {
  if (isNumber(left) && isNumber(right)) return left === right ? 0 : left < right ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string') return order(left.toLowerCase(), right.toLowerCase());
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return undefined;
}

function isNumber(value: JsonValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** By code points, as databases order texts: JavaScript's own order has surrogates before U+E000. */
function order(left: string, right: string): number {
  if (left === right) return 0;
  let at = 0;
  while (at < left.length && at < right.length && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  return codeAt(left, at) - codeAt(right, at);
}

/** Of surrogates, so that they come last; -1 behind the end. */
function codeAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code;
}
