import { Attribute, NAME, UID, allOf, attributeKey, type Filter } from '../../../protocol/model/index.js';
import type { FilterSplit } from '../../framework/spi.js';
import { attributeOf } from './format/columns.js';
import type { CsvConfig } from './config.js';
import { layoutOf } from './format/dialect.js';

type Kinded = Extract<Filter, { readonly attribute: Attribute }>;

/** The uid an `equals` filter asks for. */
export function askedUid(filter: Filter | undefined): string | undefined {
  if (filter?.kind !== 'equals') return undefined;
  const { name, values } = filter.attribute;
  if (![UID, NAME].map(attributeKey).includes(attributeKey(name)) || values?.length !== 1) return undefined;
  const [value] = values;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Native is `equals` on `__UID__` or `__NAME__`, alone or within an `and`: the index finds the row without reading the
 * others. All else is residual. Filters on the uid column's own name, which the Java connector publishes as well, are
 * turned into filters on `__NAME__`.
 */
export function nativeFilter(given: Filter, _objectClass: string, config: CsvConfig): FilterSplit {
  const alias = attributeKey(attributeOf(config.headerUid.trim(), layoutOf(config)));
  const filter = renamed(given, alias);
  if (askedUid(filter) !== undefined) return { native: filter, residual: undefined };
  if (filter.kind !== 'and') return { native: undefined, residual: filter };
  const native = filter.operands.find((operand) => askedUid(operand) !== undefined);
  if (native === undefined) return { native: undefined, residual: filter };
  return { native, residual: allOf(...filter.operands.filter((operand) => operand !== native)) };
}

function renamed(filter: Filter, alias: string): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, operands: filter.operands.map((operand) => renamed(operand, alias)) };
    case 'not':
      return { kind: 'not', operand: renamed(filter.operand, alias) };
    case 'presence':
      return attributeKey(filter.name) === alias ? { kind: 'presence', name: NAME } : filter;
    default:
      return renamedAttribute(filter, alias);
  }
}

function renamedAttribute(filter: Kinded, alias: string): Filter {
  const { attribute } = filter;
  if (attributeKey(attribute.name) !== alias || attributeKey(attribute.name) === attributeKey(UID)) return filter;
  return { ...filter, attribute: new Attribute(NAME, attribute.values) };
}
