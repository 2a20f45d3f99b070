import { allOf, attributeKey, type AttributeFilterKind, type Filter } from '../../../../protocol/model/index.js';
import type { Query } from '../request-line.js';
import { comparedText, type NativeFilters } from './native-filters.js';

/**
 * `trusted`: the service's answer is final, e.g. where the attribute is none that objects have. Otherwise the facade looks again.
 * `shortest`: characters the service wants of a text; for a shorter one the list is read as it is.
 */
type Parameter = string | { readonly parameter: string; readonly trusted?: boolean; readonly shortest?: number; readonly value?: (text: string) => string };
type Table = Readonly<Partial<Record<AttributeFilterKind, Readonly<Record<string, Parameter>>>>>;

/** Filters that a parameter of the list stands for: `{ equals: { email: 'login' }, startsWith: { __NAME__: 'filter_term' } }`. */
export function parameterFilters(table: Table): NativeFilters {
  const known = new Map(Object.entries(table).flatMap(([kind, names]) => Object.entries(names).map(([name, parameter]) => [`${kind} ${attributeKey(name)}`, typeof parameter === 'string' ? { parameter } : parameter] as const)));
  const parameterOf = (filter: Filter) => {
    const found = 'attribute' in filter ? known.get(`${filter.kind} ${attributeKey(filter.attribute.name)}`) : undefined;
    return found !== undefined && Array.from(comparedText(filter) ?? '').length >= (found.shortest ?? 1) ? found : undefined;
  };
  const operandsOf = (filter: Filter): readonly Filter[] => (filter.kind === 'and' ? filter.operands : [filter]);
  return {
    split(filter) {
      const taken = new Set<string>();
      const native: Filter[] = [];
      const residual: Filter[] = [];
      for (const operand of operandsOf(filter)) {
        const found = parameterOf(operand);
        const isFree = found !== undefined && !taken.has(found.parameter);
        if (isFree) {
          taken.add(found.parameter);
          native.push(operand);
        }
        if (!isFree || found.trusted !== true) residual.push(operand);
      }
      return { native: allOf(...native), residual: allOf(...residual) };
    },
    query(native) {
      const query: Record<string, string> = {};
      for (const operand of operandsOf(native)) {
        const found = parameterOf(operand);
        if (found !== undefined) query[found.parameter] = (found.value ?? ((text: string) => text))(comparedText(operand) ?? '');
      }
      return query satisfies Query;
    },
  };
}
