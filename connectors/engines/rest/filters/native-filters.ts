import type { Filter } from '../../../../protocol/model/index.js';
import type { FilterSplit } from '../../../framework/spi.js';
import type { Query } from '../request-line.js';

/** What of a filter the service evaluates, and how it is told. */
export interface NativeFilters {
  /** `native` is what `query` takes; the facade applies `residual` to what comes. */
  split(filter: Filter): FilterSplit;
  /** Parameters of the list. */
  query(native: Filter): Query;
  /** Headers of the list that go with them. */
  headers?(native: Filter): Readonly<Record<string, string>>;
}

/** The one value of an attribute filter, as text; undefined where there is none or it is no plain value. */
export function comparedText(filter: Filter): string | undefined {
  if (!('attribute' in filter)) return undefined;
  const { values } = filter.attribute;
  const [value] = values ?? [];
  if (values?.length !== 1) return undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}
