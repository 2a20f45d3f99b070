import { isObject, type JsonValue } from '../crest/json.js';
import type { JsonPointer } from '../crest/json-pointer.js';
import { parseQueryFilter } from '../crest/parse-query-filter.js';
import type { FilterLiteral, QueryFilter } from '../crest/query-filter.js';

/** Where an object may have its counterpart: what to look for in the target set. */
export type Correlation =
  /** Nothing correlates with it. */
  | { readonly kind: 'none' }
  /** The target has these values in these places, all of them: can be joined. */
  | { readonly kind: 'keys'; readonly keys: readonly CorrelationKey[] }
  | { readonly kind: 'filter'; readonly filter: QueryFilter }
  /** What a correlation script has found. */
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

export interface CorrelationKey {
  readonly pointer: JsonPointer;
  readonly value: FilterLiteral;
  readonly ignoreCase: boolean;
}

/** Whatever form it has, as a filter; undefined for ids and none. */
export function correlationAsFilter(correlation: Correlation): QueryFilter | undefined {
  if (correlation.kind === 'filter') return correlation.filter;
  if (correlation.kind !== 'keys') return undefined;
  const operands = correlation.keys.map(({ pointer, value }): QueryFilter => ({ kind: 'compare', operator: 'eq', pointer, value }));
  const [first] = operands;
  return operands.length < 2 ? first : { kind: 'and', operands };
}

/** What a `correlationQuery` script answered. Throws a TypeError for what is no query. */
export function correlationOfQuery(answer: JsonValue | undefined): Correlation {
  if (answer === undefined || answer === null) return { kind: 'none' };
  if (!isObject(answer)) throw new TypeError('it must answer an object with _queryFilter');
  const { _queryFilter: text, _queryId: id } = answer;
  if (typeof text === 'string') return asKeys(parseQueryFilter(text));
  if (id === 'query-all-ids') return { kind: 'filter', filter: { kind: 'literal', value: true } };
  if (id !== undefined || answer['_queryExpression'] !== undefined) throw new TypeError('it answered a query by _queryId or _queryExpression, which systems do not have; answer {_queryFilter}');
  throw new TypeError('it answered an object without _queryFilter');
}

/** What a `correlationScript` answered: target objects, or one. */
export function correlationOfScript(answer: JsonValue | undefined): Correlation {
  if (answer === undefined || answer === null) return { kind: 'none' };
  const found = Array.isArray(answer) ? answer : [answer];
  const ids = found.map((object) => (isObject(object) ? object['_id'] : undefined));
  if (!ids.every((id) => typeof id === 'string' && id !== '')) throw new TypeError('it must answer a list of target objects, each with its _id');
  return ids.length === 0 ? { kind: 'none' } : { kind: 'ids', ids: [...new Set(ids as string[])] };
}

/** An equality, or several joined by `and`, as keys. Strings of filters compare without regard to case. */
export function asKeys(filter: QueryFilter): Correlation {
  const operands = conjuncts(filter);
  const keys = operands.flatMap((operand): CorrelationKey[] => (operand.kind === 'compare' && operand.operator === 'eq' && operand.pointer.length > 0
    ? [{ pointer: operand.pointer, value: operand.value, ignoreCase: true }] : []));
  return keys.length === operands.length ? { kind: 'keys', keys } : { kind: 'filter', filter };
}

function conjuncts(filter: QueryFilter): readonly QueryFilter[] {
  return filter.kind === 'and' ? filter.operands.flatMap(conjuncts) : [filter];
}
