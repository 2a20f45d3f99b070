import type { AttributeFilterKind, Filter } from '../../../protocol/model/index.js';
import { expressionFilters, type Comparable } from '../../engines/rest/filters/expressions.js';
import { odataLanguage } from '../../engines/rest/filters/odata.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';

interface Filterable {
  /** `eq`, of texts and of flags. */
  readonly equal?: readonly string[];
  /** `eq` and `startsWith`. */
  readonly start?: readonly string[];
  /** `ne null`, as an advanced query. */
  readonly present?: readonly string[];
  /** `endsWith`, as an advanced query. */
  readonly end?: readonly string[];
  /** Names other than the attribute's. */
  readonly paths?: Readonly<Record<string, string>>;
}

const isAdvanced = (filter: Filter): boolean => {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.operands.some(isAdvanced);
  return filter.kind === 'not' ? isAdvanced(filter.operand) : filter.kind === 'endsWith' || filter.kind === 'presence';
};

/**
 * What Graph compares (https://learn.microsoft.com/en-us/graph/filter-query-parameter), which it does without regard to case: the facade
 * looks again. Comparisons by order are left to the facade, since Graph's order is another one. Advanced queries are answered by an index
 * that lags behind (https://learn.microsoft.com/en-us/graph/aad-advanced-queries), so that only filters that need one become one.
 */
export function graphFilters({ equal = [], start = [], present = [], end = [], paths = {} }: Filterable): NativeFilters {
  const names = [...new Set([...equal, ...start, ...present, ...end])];
  const kindsOf = (name: string): Comparable['kinds'] => [
    ...([...equal, ...start].includes(name) ? ['equals' as const] : []), ...(start.includes(name) ? ['startsWith' as const] : []),
    ...(end.includes(name) ? ['endsWith' as const] : []), ...(present.includes(name) ? ['presence' as const] : []),
  ] satisfies (AttributeFilterKind | 'presence')[];
  const filters = expressionFilters({ parameter: '$filter', language: odataLanguage, attributes: Object.fromEntries(names.map((name) => [name, { path: paths[name] ?? name, kinds: kindsOf(name) }])) });
  return {
    split: (filter) => filters.split(filter),
    query: (native) => (isAdvanced(native) ? { ...filters.query(native), $count: 'true' } : filters.query(native)),
    headers: (native): Readonly<Record<string, string>> => (isAdvanced(native) ? { consistencylevel: 'eventual' } : {}),
  };
}
