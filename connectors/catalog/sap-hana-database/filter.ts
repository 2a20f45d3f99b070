import { allOf, attributeKey, type Filter } from '../../../protocol/model/index.js';
import { sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { FilterSplit } from '../../framework/spi.js';
import { knownListing, type Listing } from './listings.js';

/** `column = value` for an `equals` the database decides as the framework would: one text, of a column that has one. */
export function conditionOf(filter: Filter | undefined, listing: Listing): SqlText | undefined {
  if (filter?.kind !== 'equals' || filter.attribute.values?.length !== 1) return undefined;
  const column = listing.searchable.get(attributeKey(filter.attribute.name));
  const [value] = filter.attribute.values;
  if (column === undefined || typeof value !== 'string') return undefined;
  if (column !== listing.key.expression || !listing.numeric) return sql`${column} = ${value}`;
  // What is no number is nobody's uid; a number with leading zeros is not as it is written either.
  return /^(?:0|[1-9]\d{0,17})$/.test(value) ? sql`${column} = ${BigInt(value)}` : sql`1 = 0`;
}

/** Native is `equals` on uid or name, alone or in an `and`; the facade does the rest. */
export function nativeFilter(filter: Filter, objectClass: string): FilterSplit {
  const listing = knownListing(objectClass);
  if (listing === undefined) return { native: undefined, residual: filter };
  if (conditionOf(filter, listing) !== undefined) return { native: filter, residual: undefined };
  if (filter.kind !== 'and') return { native: undefined, residual: filter };
  const native = filter.operands.find((operand) => conditionOf(operand, listing) !== undefined);
  if (native === undefined) return { native: undefined, residual: filter };
  return { native, residual: allOf(...filter.operands.filter((operand) => operand !== native)) };
}
