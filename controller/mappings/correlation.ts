import type { JsonObject, JsonValue } from '../crest/json.js';
import { valueAt } from '../crest/json-pointer.js';
import type { FilterLiteral, QueryFilter } from '../crest/query-filter.js';
import type { Correlation, CorrelationKey } from './correlation-query.js';
import type { CorrelationRule } from './mapping.js';

/**
 * What two objects must have in common to be the same thing, as one text; undefined when a value is missing or is no single
 * value, which correlates with nothing.
 */
export function correlationKey(rules: readonly CorrelationRule[], side: 'source' | 'target', object: JsonObject): string | undefined {
  const values: string[] = [];
  for (const rule of rules) {
    const value = singleValue(valueAt(object, rule[side]));
    if (value === undefined) return undefined;
    values.push(rule.ignoreCase ? String(value).toLowerCase() : String(value));
  }
  return values.length === 0 ? undefined : JSON.stringify(values);
}

/** What the rules ask of the target set for a source object. */
export function correlationOfRules(rules: readonly CorrelationRule[], source: JsonObject): Correlation {
  const keys: CorrelationKey[] = [];
  for (const rule of rules) {
    const value = singleValue(valueAt(source, rule.source));
    if (value === undefined) return { kind: 'none' };
    keys.push({ pointer: rule.target, value, ignoreCase: rule.ignoreCase });
  }
  return keys.length === 0 ? { kind: 'none' } : { kind: 'keys', keys };
}

/** The filter that finds, on the other side, what an object correlates with; undefined when nothing can. */
export function correlationFilter(rules: readonly CorrelationRule[], side: 'source' | 'target', object: JsonObject): QueryFilter | undefined {
  const other = side === 'source' ? 'target' : 'source';
  const operands: QueryFilter[] = [];
  for (const rule of rules) {
    const value = singleValue(valueAt(object, rule[side]));
    if (value === undefined) return undefined;
    operands.push({ kind: 'compare', operator: 'eq', pointer: rule[other], value });
  }
  const [first] = operands;
  return operands.length < 2 ? first : { kind: 'and', operands };
}

function singleValue(value: JsonValue | undefined): FilterLiteral | undefined {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (single === undefined || single === null || single === '' || typeof single === 'object') return undefined;
  return single;
}
