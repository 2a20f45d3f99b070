import { ConnectorError } from '../../../protocol/model/index.js';
import type { SqlDialect } from './dialect.js';
import type { SqlValue } from './values.js';

/** How an identifier stands in the text: delimited as the dialect does it, bare, or by these delimiters whatever the dialect. */
export type IdentifierQuoting = 'dialect' | 'none' | 'single' | 'double' | 'back' | 'brackets';

interface Identifier { readonly identifier: string; readonly quoting: IdentifierQuoting }
interface Parameter { readonly parameter: SqlValue }
type Piece = string | Identifier | Parameter;

/**
 * A statement or a part of one, for any dialect: written text, identifiers and values stay apart until a connection renders
 * them, so nothing that came from outside ever becomes SQL. Made by {@link sql}, {@link id}, {@link jdbcSql} only.
 */
export class SqlText {
  readonly pieces: readonly Piece[];
  constructor(pieces: readonly Piece[]) { this.pieces = pieces; }
}

/** What a driver gets. `values` in the order of the placeholders. */
export interface RenderedSql { readonly text: string; readonly values: readonly SqlValue[] }

const QUOTES: Readonly<Record<Exclude<IdentifierQuoting, 'dialect' | 'none'>, readonly [open: string, close: string]>> = {
  single: ["'", "'"], double: ['"', '"'], back: ['`', '`'], brackets: ['[', ']'],
};
const PLAIN = /^[\p{L}_#@$][\p{L}\p{N}_#@$]*$/u;

/** sql`select ${id('mail')} from ${id('people')} where ${id('age')} > ${18}`: values are bound, parts made here are put in. */
export function sql(strings: TemplateStringsArray, ...given: readonly (SqlValue | SqlText)[]): SqlText {
  const pieces: Piece[] = [];
  strings.forEach((written, index) => {
    if (written !== '') pieces.push(written);
    if (index >= given.length) return;
    const value = given[index] ?? null;
    if (value instanceof SqlText) pieces.push(...value.pieces);
    else pieces.push({ parameter: value });
  });
  return new SqlText(pieces);
}

/** An identifier; several are joined by dots: id('hr', 'people'). */
export function id(...names: readonly string[]): SqlText {
  return identifiers(names, 'dialect');
}

/** An identifier with delimiters of the caller's choice. `none` refuses what is not a plain word, for it would be SQL. */
export function identifiers(names: readonly string[], quoting: IdentifierQuoting): SqlText {
  return new SqlText(names.flatMap((identifier, index): Piece[] => (index === 0 ? [{ identifier, quoting }] : ['.', { identifier, quoting }])));
}

/** The parts with the separator between them, which is written text: joinSql(conditions, ' and '). */
export function joinSql(parts: readonly SqlText[], separator: string): SqlText {
  return new SqlText(parts.flatMap((part, index) => (index === 0 || separator === '' ? part.pieces : [separator, ...part.pieces])));
}

/**
 * A statement somebody who may write SQL has written, such as an administrator's script or validationQuery: taken as it is.
 * Its `?` outside of quotes and comments stand for the values, as with JDBC; `??` is a question mark that is an operator.
 */
export function jdbcSql(text: string, values: readonly SqlValue[] = []): SqlText {
  const parts = splitAtQuestionMarks(text);
  if (parts.length - 1 !== values.length) {
    throw new ConnectorError('illegalArgument', `The SQL statement has ${parts.length - 1} placeholders (?) but ${values.length} values were given.`);
  }
  return new SqlText(parts.flatMap((part, index): Piece[] => (index === 0 ? [part] : [{ parameter: values[index - 1] ?? null }, part])));
}

/** Quoted text, delimited identifiers (also `…` and […]), dollar quotes, comments, then the marks themselves. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|\?\?|\?/g;

function splitAtQuestionMarks(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    part += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[0] === '?') {
      parts.push(part);
      part = '';
    } else part += match[0] === '??' ? '?' : match[0];
  }
  return [...parts, part + text.slice(from)];
}

export function renderSql({ pieces }: SqlText, dialect: SqlDialect): RenderedSql {
  const values: SqlValue[] = [];
  const text = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    if ('identifier' in piece) return delimited(piece, dialect);
    values.push(piece.parameter);
    return dialect.placeholder(values.length);
  }).join('');
  return { text, values };
}

function delimited({ identifier, quoting }: Identifier, dialect: SqlDialect): string {
  if (quoting === 'dialect') return dialect.quote(identifier);
  if (quoting === 'none') {
    if (PLAIN.test(identifier)) return identifier;
    throw new ConnectorError('invalidAttributeValue', `${JSON.stringify(identifier)} is not a plain SQL name: it needs quotes (configuration property quoting).`, { outcome: 'notApplied' });
  }
  const [open, close] = QUOTES[quoting];
  return `${open}${checkedIdentifier(identifier).replaceAll(close, close + close)}${close}`;
}

/** No database takes these, however delimited. */
export function checkedIdentifier(identifier: string): string {
  if (identifier !== '' && !identifier.includes('\0')) return identifier;
  throw new ConnectorError('invalidAttributeValue', `${JSON.stringify(identifier)} is no name for a column or table.`, { outcome: 'notApplied' });
}
