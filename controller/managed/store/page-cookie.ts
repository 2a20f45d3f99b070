import { parseJson, type JsonValue } from '../../crest/json.js';
import { badRequest } from '../../crest/resource-error.js';
import type { SqlValue } from '../../store/database/database.js';
import { isStorable } from './storable-text.js';
import type { SortColumn } from './sort-sql.js';

/** Where a page ended: the sort values of its last row. Only ever bound as values, so what a caller makes up is just another place. */
export type PagePlace = readonly SqlValue[];

export function writeCookie(place: PagePlace): string {
  return Buffer.from(JSON.stringify(place.map(String))).toString('base64url');
}

/** Throws 400 for what is no cookie of a query with these columns. */
export function readCookie(cookie: string, columns: readonly SortColumn[]): PagePlace {
  let read: JsonValue;
  try {
    read = parseJson(Buffer.from(cookie, 'base64url').toString('utf8'));
  } catch {
    throw wrongCookie();
  }
  if (!Array.isArray(read) || read.length !== columns.length) throw wrongCookie();
  return read.map((value, index) => {
    if (typeof value !== 'string' || !isStorable(value)) throw wrongCookie();
    const type = columns[index]?.type;
    if (type === 'int' && !/^[0-4]$/.test(value)) throw wrongCookie();
    if (type === 'numeric' && !/^-?\d{1,100000}(\.\d{1,20000})?$/.test(value)) throw wrongCookie();
    return value;
  });
}

function wrongCookie(): ReturnType<typeof badRequest> {
  return badRequest('The _pagedResultsCookie is not one of this query');
}
