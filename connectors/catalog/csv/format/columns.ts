import { ConnectorError, NAME, PASSWORD, UID, attributeKey } from '../../../../protocol/model/index.js';
import type { Layout } from './dialect.js';
import { unusableHeader } from '../errors.js';
import { MAX_COLUMNS } from '../limits.js';

/** What the columns of a file mean. */
export interface Columns {
  /** Header texts, trimmed. */
  readonly headers: readonly string[];
  /** Attribute name of each column: `__NAME__`, `__PASSWORD__`, or the header with its blanks replaced. */
  readonly attributes: readonly string[];
  /** Attribute the uid column would be if it were an ordinary one; the Java connector accepts that name too. */
  readonly uidAlias: string;
  /** Index of the uid column. */
  readonly uid: number;
  /** Index of the password column; undefined when there is none. */
  readonly password: number | undefined;
  /** Attribute key → index, aliases of uid and password among them. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** Trims what Java's `trim` does: the Java connector trims every header and value. */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from++;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** The attribute a header stands for. */
export function attributeOf(header: string, layout: Layout): string {
  return header.replaceAll(' ', layout.spaceReplacement);
}

const RESERVED = new Set([UID, NAME, PASSWORD].map(attributeKey));

function checkHeaders(path: string, headers: readonly string[], names: readonly string[]): void {
  if (headers.length > MAX_COLUMNS) throw unusableHeader(path, `${headers.length} columns; a file may have ${MAX_COLUMNS}`);
  const seen = new Map<string, number>();
  names.forEach((name, index) => {
    const header = headers[index] ?? '';
    if (header === '') throw unusableHeader(path, `column ${index + 1} has no name; name it, or remove the extra delimiter`);
    if (/\r(?!\n)/.test(header)) throw unusableHeader(path, `column ${index + 1} contains a carriage return: the lines of this file seem to end in CR alone; set newlineString to "\\r"`);
    if (name.trim() === '') throw unusableHeader(path, `column ${index + 1} (${JSON.stringify(header)}) has no name left after blanks are replaced; set spaceReplacementString`);
    const before = seen.get(attributeKey(name));
    if (before !== undefined) {
      throw unusableHeader(path, `columns ${before + 1} (${JSON.stringify(headers[before])}) and ${index + 1} (${JSON.stringify(header)}) are both the attribute ${name}; rename one of them`);
    }
    seen.set(attributeKey(name), index);
  });
}

function find(headers: readonly string[], names: readonly string[], wanted: string): number | undefined {
  const exact = headers.indexOf(wanted);
  const index = exact >= 0 ? exact : names.indexOf(wanted);
  return index >= 0 ? index : undefined;
}

/** Throws `configuration` when the header cannot be used. */
export function columnsOf(path: string, row: readonly string[], layout: Layout): Columns {
  const headers = row.map(trimmed);
  const names = headers.map((header) => attributeOf(header, layout));
  checkHeaders(path, headers, names);
  const uid = find(headers, names, layout.headerUid);
  if (uid === undefined) {
    throw unusableHeader(path, `there is no column ${JSON.stringify(layout.headerUid)} to take the uid from; the columns are ${headers.map((header) => JSON.stringify(header)).join(', ')}. Add it, or set headerUid (and check fieldDelimiter)`);
  }
  const password = layout.headerPassword === '' ? undefined : find(headers, names, layout.headerPassword);
  const special = new Map([[uid, NAME], ...(password === undefined ? [] : [[password, PASSWORD] as const])]);
  const reserved = names.findIndex((name, index) => RESERVED.has(attributeKey(name)) && !special.has(index));
  if (reserved >= 0) throw unusableHeader(path, `column ${reserved + 1} has the reserved name ${names[reserved] ?? ''}; rename it`);
  const attributes = names.map((name, index) => special.get(index) ?? name);
  const indexOf = new Map<string, number>([...names, NAME, UID].map((name, index) => [attributeKey(name), index < names.length ? index : uid]));
  if (password !== undefined) indexOf.set(attributeKey(PASSWORD), password);
  return { headers, attributes, uidAlias: names[uid] ?? layout.headerUid, uid, password, indexOf };
}

/** The column of an attribute given by a caller. Throws `invalidAttributeValue` for one the file does not have. */
export function columnOf(path: string, columns: Columns, attribute: string): number {
  const index = columns.indexOf.get(attributeKey(attribute));
  if (index !== undefined) return index;
  const what = attributeKey(attribute) === attributeKey(PASSWORD) ? 'no password column: set headerPassword to one of' : 'no column for it; its columns are';
  throw new ConnectorError('invalidAttributeValue', `Attribute ${attribute} cannot be written: ${path} has ${what} ${columns.headers.join(', ')}.`);
}
