import { allOf, attributeKey, type Filter } from '../../../../protocol/model/index.js';
import type { NativeFilters } from './native-filters.js';

/** Names of the attributes a filter looks at. */
export function filteredAttributes(filter: Filter): readonly string[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.operands.flatMap(filteredAttributes);
  if (filter.kind === 'not') return filteredAttributes(filter.operand);
  return 'attribute' in filter ? [filter.attribute.name] : 'name' in filter ? [filter.name] : [];
}

/**
 * Filters on what a whole list gives of each object, by attribute: the class's `list` gets them as `query.filter` and lets `keeps` of
 * the list evaluate them, so that nothing is read of objects they are not for. Nothing of them is told the service.
 */
export function listFilters(given: readonly string[]): NativeFilters {
  const known = new Set(given.map(attributeKey));
  return {
    split(filter) {
      const operands = filter.kind === 'and' ? filter.operands : [filter];
      const native = operands.filter((operand) => filteredAttributes(operand).every((name) => known.has(attributeKey(name))));
      return { native: allOf(...native), residual: filter };
    },
    query: () => ({}),
  };
}
