import { ACCOUNT, NAME, UID, allOf, attributeKey, type Attribute, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { joinSql, sql, type SqlText } from '../../engines/sql/sql-text.js';
import type { FilterSplit } from '../../framework/spi.js';
import { shownDate, type EbsColumn } from './columns.js';
import { columnOf, knownListing, type Listing } from './listings.js';
import { RESPONSIBILITY } from './object-classes.js';

const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [ACCOUNT]: { [attributeKey(UID)]: 'user_id', [attributeKey(NAME)]: 'user_name' },
  [RESPONSIBILITY]: { [attributeKey(UID)]: 'responsibility_id', [attributeKey(NAME)]: 'responsibility_key' },
};

function columnNamed(listing: Listing, name: string): EbsColumn | undefined {
  const key = ALIASES[listing.objectClass]?.[attributeKey(name)] ?? attributeKey(name);
  return listing.columns.find(({ attribute }) => attributeKey(attribute) === key);
}

function only({ values }: Attribute): IcfValue | undefined {
  return values?.length === 1 ? values[0] ?? null : undefined;
}

/** The column as the text the caller sees; undefined where that is no text. */
function shownText(column: EbsColumn): SqlText | undefined {
  if (column.kind === 'text') return columnOf(column);
  if (column.kind === 'date') return shownDate(columnOf(column));
  return column.kind === 'digits' ? sql`to_char(${columnOf(column)})` : undefined;
}

function equality(column: EbsColumn, value: IcfValue): SqlText | undefined {
  if (column.kind === 'number') return typeof value === 'number' || typeof value === 'bigint' ? sql`${columnOf(column)} = ${value}` : undefined;
  if (typeof value !== 'string') return undefined;
  // The index on the number can be used; what is no number as EBS writes it is nobody's.
  if (column.kind === 'digits') return /^(?:0|-?[1-9]\d{0,17})$/.test(value) ? sql`${columnOf(column)} = ${BigInt(value)}` : sql`1 = 0`;
  const text = shownText(column);
  return text === undefined ? undefined : sql`${text} = ${value}`;
}

/** LIKE's own signs in the text stand for themselves. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

type PatternFilter = { readonly kind: keyof typeof PATTERNS; readonly attribute: Attribute };

const isEquality = (filter: Filter): filter is { readonly kind: 'equals'; readonly attribute: Attribute } => filter.kind === 'equals';
const isPattern = (filter: Filter): filter is PatternFilter => filter.kind in PATTERNS;

const PATTERNS = {
  startsWith: (text: string) => `${escaped(text)}%`,
  endsWith: (text: string) => `%${escaped(text)}`,
  contains: (text: string) => `%${escaped(text)}%`,
} as const;

function pattern(kind: keyof typeof PATTERNS, column: EbsColumn, value: IcfValue): SqlText | undefined {
  const text = shownText(column);
  // Parts of an encrypted password are nobody's business, only whether it is this one.
  if (text === undefined || typeof value !== 'string' || value === '' || column.hidden === true) return undefined;
  return sql`${text} like ${PATTERNS[kind](value)} escape '\\'`;
}

/** A text compared with RESPONSIBILITY means the key of a responsibility that is assigned now. */
function assigned(filter: Filter, listing: Listing): SqlText | undefined {
  if (listing.objectClass !== ACCOUNT || !('attribute' in filter) || !filter.attribute.is(RESPONSIBILITY)) return undefined;
  const value = only(filter.attribute);
  if (typeof value !== 'string' || value === '') return undefined;
  const key = sql`r.RESPONSIBILITY_KEY`;
  const test = filter.kind === 'equals' || filter.kind === 'containsAllValues' ? sql`${key} = ${value}`
    : isPattern(filter) ? sql`${key} like ${PATTERNS[filter.kind](value)} escape '\\'` : undefined;
  if (test === undefined) return undefined;
  return sql`exists (select 1 from APPS.FND_USER_RESP_GROUPS_DIRECT d join APPS.FND_RESPONSIBILITY r on r.RESPONSIBILITY_ID = d.RESPONSIBILITY_ID and r.APPLICATION_ID = d.RESPONSIBILITY_APPLICATION_ID where d.USER_ID = t.USER_ID and (d.END_DATE is null or d.END_DATE > sysdate) and ${test})`;
}

/** The whole filter as a condition, or undefined where a part of it is none the database can decide. */
export function conditionOf(filter: Filter, listing: Listing): SqlText | undefined {
  if (filter.kind === 'and' || filter.kind === 'or') {
    const parts = filter.operands.map((operand) => conditionOf(operand, listing));
    return parts.every((part) => part !== undefined) ? sql`(${joinSql(parts, filter.kind === 'and' ? ' and ' : ' or ')})` : undefined;
  }
  return assigned(filter, listing) ?? comparison(filter, listing);
}

function comparison(filter: Filter, listing: Listing): SqlText | undefined {
  if (!isEquality(filter) && !isPattern(filter)) return undefined;
  const column = columnNamed(listing, filter.attribute.name);
  const value = only(filter.attribute);
  if (column === undefined || value === undefined) return undefined;
  return filter.kind === 'equals' ? equality(column, value) : pattern(filter.kind, column, value);
}

/** Native: equals, startsWith, endsWith and contains on every documented attribute, joined by `and` and `or`. The facade does the rest. */
export function nativeFilter(filter: Filter, objectClass: string): FilterSplit {
  const listing = knownListing(objectClass);
  if (listing === undefined) return { native: undefined, residual: filter };
  if (conditionOf(filter, listing) !== undefined) return { native: filter, residual: undefined };
  if (filter.kind !== 'and') return { native: undefined, residual: filter };
  const native = filter.operands.filter((operand) => conditionOf(operand, listing) !== undefined);
  if (native.length === 0) return { native: undefined, residual: filter };
  return { native: allOf(...native), residual: allOf(...filter.operands.filter((operand) => !native.includes(operand))) };
}
