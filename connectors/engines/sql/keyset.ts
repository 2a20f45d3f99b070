import { ConnectorError, LAST_PAGE, type Chunks, type SearchResult } from '../../../protocol/model/index.js';
import type { SqlConnection } from './connection.js';
import { columnText, readRows } from './read-rows.js';
import { joinSql, sql, type SqlText } from './sql-text.js';
import type { SqlRow } from './values.js';

/** A column rows are ordered by; together such columns are different for every row, and never NULL. */
export interface KeyColumn {
  /** Label in the rows. */
  readonly label: string;
  readonly expression: SqlText;
  /** The value as it stands in a comparison, from the text the row gave. Throws for a text that is none of the column. */
  value(text: string): SqlText;
}

export function numberKey(label: string, expression: SqlText): KeyColumn {
  return {
    label, expression,
    value: (text) => {
      if (!/^-?\d{1,18}$/.test(text)) throw new RangeError(text);
      return sql`${BigInt(text)}`;
    },
  };
}

export function textKey(label: string, expression: SqlText): KeyColumn {
  return { label, expression, value: (text) => sql`${text}` };
}

/** Rows read behind a key. */
export interface KeysetQuery {
  /** A select that ends in a condition, to which others are added with `and`. */
  readonly selection: SqlText;
  readonly keys: readonly KeyColumn[];
  readonly condition?: SqlText | undefined;
}

/** Where rows go on: the key columns' values as text, outermost first. Fewer than there are columns: behind all rows that begin so. */
export type KeysetPosition = readonly string[];

export function positionOf({ keys }: KeysetQuery, row: SqlRow): KeysetPosition {
  return keys.map(({ label }) => columnText(row, label) ?? '');
}

/** `(a > 1 or (a = 1 and b > 2))` */
function beyond(keys: readonly KeyColumn[], position: KeysetPosition): SqlText {
  const alternatives = position.map((text, index) => {
    const parts = keys.slice(0, index + 1).map(({ expression, value }, at) => sql`${expression} ${at < index ? sql`=` : sql`>`} ${value(at < index ? position[at] ?? '' : text)}`);
    return sql`(${joinSql(parts, ' and ')})`;
  });
  return sql`(${joinSql(alternatives, ' or ')})`;
}

/** At most `most` rows behind the position, in the order of the keys. */
export async function rowsBeyond(connection: SqlConnection, query: KeysetQuery, position: KeysetPosition | undefined, most: number, signal: AbortSignal): Promise<SqlRow[]> {
  const { selection, keys, condition } = query;
  const conditions = [...(condition === undefined ? [] : [condition]), ...(position === undefined ? [] : [beyond(keys, position)])];
  const order = joinSql(keys.map(({ expression }) => expression), ', ');
  const text = sql`${joinSql([selection, ...conditions], ' and ')} order by ${order}`;
  return await readRows(connection, connection.dialect.page(text, most, 0), signal, most);
}

export interface PageRequest {
  /** Rows of the page; undefined or 0: all. */
  readonly pageSize: number | undefined;
  readonly cookie: string | undefined;
  /** Rows to leave out in front of the first page. */
  readonly offset: number | undefined;
  /** Rows read with one statement. */
  readonly blockSize: number;
}

const positive = (value: number | undefined): number | undefined => (value !== undefined && value > 0 ? value : undefined);

/**
 * Objects of a table or view, a block at a time: each block is a statement of its own that goes on behind the last key, so nothing
 * is held at the database between two blocks, and the cookie (the last key) stays good at any time and with any page size.
 * What is created behind the reader's back in front of it is missed, as with any paged read.
 */
export async function* keysetSearch<T>(connection: SqlConnection, query: KeysetQuery, page: PageRequest, signal: AbortSignal, objects: (rows: readonly SqlRow[]) => Promise<readonly T[]>): Chunks<T, SearchResult> {
  let left = positive(page.pageSize) ?? Number.MAX_SAFE_INTEGER;
  let after = page.cookie === undefined ? undefined : readCookie(query, page.cookie);
  let toSkip = after === undefined ? positive(page.offset) ?? 0 : 0;
  for (;;) {
    // One row more than the page holds tells whether there is a next one.
    const asked = Math.min(page.blockSize, toSkip + left + 1);
    const rows = await rowsBeyond(connection, query, after, asked, signal);
    const skipped = Math.min(toSkip, rows.length);
    const wanted = rows.slice(skipped, skipped + left);
    const made = wanted.length === 0 ? [] : await objects(wanted);
    if (made.length > 0) yield made;
    const last = wanted.at(-1) ?? rows[skipped - 1];
    if (last !== undefined) after = positionOf(query, last);
    if (rows.length > skipped + wanted.length) return pageEnd(after);
    if (rows.length < asked) return LAST_PAGE;
    toSkip -= skipped;
    left -= wanted.length;
  }
}

function pageEnd(position: KeysetPosition | undefined): SearchResult {
  return { ...LAST_PAGE, pagedResultsCookie: position === undefined ? null : JSON.stringify(position) };
}

function readCookie({ keys }: KeysetQuery, cookie: string): KeysetPosition {
  try {
    const position: unknown = JSON.parse(cookie);
    if (!Array.isArray(position) || position.length !== keys.length) throw new RangeError(cookie);
    const texts = position.map(String);
    keys.forEach(({ value }, index) => value(texts[index] ?? ''));
    return texts;
  } catch {
    throw new ConnectorError('illegalArgument', 'The paged results cookie is none of this search. Start again with the first page.');
  }
}
