import { setKey, writeJson, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { JsonPointer } from '../../crest/json-pointer.js';
import type { Comparison, FilterLiteral, QueryFilter } from '../../crest/query-filter.js';
import { badRequest } from '../../crest/resource-error.js';
import type { BoundValues } from './bound-values.js';
import { isStorable } from './storable-text.js';

const INDEX = /^(0|[1-9]\d*)$/;
const OPERATORS: Readonly<Record<Exclude<Comparison, 'co' | 'sw'>, string>> = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' };

/**
 * A condition over the jsonb expression `root` of folded objects that holds exactly where `matchesFilter` does. Never NULL, so that a
 * negation is its opposite.
 */
export function filterSql(filter: QueryFilter, root: string, bound: BoundValues): string {
  switch (filter.kind) {
    case 'and': return joined(filter.operands, ' AND ', root, bound);
    case 'or': return joined(filter.operands, ' OR ', root, bound);
    case 'not': return `NOT ${filterSql(filter.operand, root, bound)}`;
    case 'literal': return filter.value ? 'true' : 'false';
    case 'extended': return 'false';
    case 'present': {
      const value = pointerSql(filter.pointer, root, bound);
      return value === undefined ? 'false' : `(${value} IS NOT NULL AND ${value} <> 'null'::jsonb)`;
    }
    case 'compare': return compareSql(filter.operator, filter.pointer, filter.value, { root, bound });
  }
}

function joined(operands: readonly QueryFilter[], operator: string, root: string, bound: BoundValues): string {
  return `(${operands.map((operand) => filterSql(operand, root, bound)).join(operator)})`;
}

/** What `valueAt` gives; undefined where that is never anything. An index counts in lists, and is a name in objects. */
export function pointerSql(pointer: JsonPointer, root: string, bound: BoundValues): string | undefined {
  if (!pointer.every(isStorable)) return undefined;
  return pointer.reduce((value, token) => (INDEX.test(token) ? `(${value} #> ${bound.bind([token], 'text[]')})` : `(${value} -> ${bound.bind(token, 'text')})`), root);
}

interface Place {
  readonly root: string;
  readonly bound: BoundValues;
}

function compareSql(asked: Comparison, pointer: JsonPointer, literal: FilterLiteral, { root, bound }: Place): string {
  // On numbers and booleans these are equality.
  const operator = typeof literal !== 'string' && (asked === 'co' || asked === 'sw') ? 'eq' : asked;
  if (isNeverStored(literal)) {
    if (typeof literal !== 'string' || operator === 'eq' || operator === 'co' || operator === 'sw') return 'false';
    throw badRequest('A text of the filter has the character NUL or half a surrogate pair');
  }
  if (operator === 'eq' && canBeContained(pointer)) return contains(pointer, literal, root, bound);
  const value = pointerSql(pointer, root, bound);
  if (value === undefined) return 'false';
  const elements = `jsonb_array_elements(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE jsonb_build_array(${value}) END)`;
  return `EXISTS (SELECT 1 FROM ${elements} AS element WHERE ${elementSql(operator, literal, bound)})`;
}

/** Texts that jsonb cannot hold. */
function isNeverStored(literal: FilterLiteral): boolean {
  return typeof literal === 'string' && !isStorable(literal);
}

function canBeContained(pointer: JsonPointer): boolean {
  return pointer.length > 0 && pointer.every((token) => isStorable(token) && !INDEX.test(token));
}

/** By containment, which the index serves. Exact: an object has the one place or not, and a list counts only as the last. */
function contains(pointer: JsonPointer, literal: FilterLiteral, root: string, bound: BoundValues): string {
  // JSON has no infinity, and so no object has.
  if (typeof literal === 'number' && !Number.isFinite(literal)) return 'false';
  const own = typeof literal === 'string' ? literal.toLowerCase() : literal;
  const holds = (value: JsonValue): string => `${root} @> ${bound.bind(writeJson(pointer.toReversed().reduce<JsonValue>(wrapped, value)), 'jsonb')}`;
  return `(${holds(own)} OR ${holds([own])})`;
}

function wrapped(value: JsonValue, token: string): JsonObject {
  const object: JsonObject = {};
  setKey(object, token, value);
  return object;
}

/** CASE, because the planner may ask an AND in any order, and a cast of the wrong type fails. */
function elementSql(operator: Comparison, literal: FilterLiteral, bound: BoundValues): string {
  if (typeof literal === 'string') {
    const value = bound.bind(literal.toLowerCase(), 'text');
    const text = `(element #>> '{}') COLLATE "C"`;
    const test = operator === 'co' ? `strpos(${text}, ${value}) > 0` : operator === 'sw' ? `starts_with(${text}, ${value})` : `${text} ${OPERATORS[operator]} ${value}`;
    return `CASE jsonb_typeof(element) WHEN 'string' THEN ${test} ELSE false END`;
  }
  const sign = operator === 'co' || operator === 'sw' ? '=' : OPERATORS[operator];
  if (typeof literal === 'boolean') return `CASE jsonb_typeof(element) WHEN 'boolean' THEN element::boolean ${sign} ${bound.bind(literal, 'boolean')} ELSE false END`;
  return `CASE jsonb_typeof(element) WHEN 'number' THEN element::numeric ${sign} ${bound.bind(String(literal), 'numeric')} ELSE false END`;
}
