import { ConnectorError } from '../../../../protocol/model/index.js';

/** How a file is written: tokens as text and as UTF-8 bytes. UTF-8 is self-synchronising, so bytes can be searched. */
export interface Dialect {
  readonly delimiter: Buffer;
  readonly delimiterText: string;
  readonly quote: Buffer;
  readonly quoteText: string;
  /** Undefined when there is none, or when it is the quote itself (doubling covers that). */
  readonly escape: Buffer | undefined;
  readonly escapeText: string | undefined;
  /** What ends a record we write. */
  readonly newline: Buffer;
  /** What ends a record when reading, longest first. */
  readonly terminators: readonly Buffer[];
  /** Tokens an escape character makes literal. Not the line terminator: a line may well end in a backslash. */
  readonly escapable: readonly Buffer[];
  /** Bytes that must follow a position before it can be judged. */
  readonly lookahead: number;
  /** The token by which lines are counted for messages. */
  readonly lineBreak: Buffer;
}

/** Everything the configuration says about reading a file: the dialect, and what its columns mean. */
export interface Layout {
  readonly dialect: Dialect;
  readonly headerUid: string;
  readonly headerPassword: string;
  readonly spaceReplacement: string;
  /** Equal for equal layouts. */
  readonly key: string;
}

export interface DialectSettings {
  readonly fieldDelimiter: string;
  readonly quoteCharacter: string;
  readonly escapeCharacter: string;
  readonly newlineString: string;
}

export interface LayoutSettings extends DialectSettings {
  readonly headerUid: string;
  readonly headerPassword: string;
  readonly spaceReplacementString: string;
}

/** Documentation and forms print control characters this way; nobody means the backslash. */
const SPELLED_OUT = new Map([['\\n', '\n'], ['\\r\\n', '\r\n'], ['\\r', '\r'], ['\\t', '\t']]);
const LF = Buffer.from('\n');
const CR_LF = Buffer.from('\r\n');

function refuse(message: string): never {
  throw new ConnectorError('configuration', `CSV file connector: ${message}`);
}

function oneCharacter(property: string, value: string): string {
  if (Array.from(value).length !== 1) refuse(`${property} must be exactly one character, not ${JSON.stringify(value)}.`);
  return value;
}

function checkDistinct(tokens: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, token] of tokens) {
    for (const [otherName, other] of tokens) {
      if (name === otherName || token === undefined || other === undefined || !token.includes(other)) continue;
      refuse(`${name} (${JSON.stringify(token)}) contains ${otherName} (${JSON.stringify(other)}): choose settings that can be told apart.`);
    }
  }
}

function terminatorsOf(newline: string): readonly Buffer[] {
  if (newline === '\r') return [CR_LF, Buffer.from('\r')];
  // The Java connector reads line by line whatever the setting, so files with either line break must be readable.
  return newline === '\n' || newline === '\r\n' ? [CR_LF, LF] : [Buffer.from(newline)];
}

interface Tokens {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string | undefined;
  readonly newline: string;
}

function tokensOf(settings: DialectSettings): Tokens {
  const delimiter = SPELLED_OUT.get(settings.fieldDelimiter) ?? settings.fieldDelimiter;
  const newline = SPELLED_OUT.get(settings.newlineString) ?? settings.newlineString;
  const quote = oneCharacter('quoteCharacter', settings.quoteCharacter);
  const escape = settings.escapeCharacter === '' || settings.escapeCharacter === quote ? undefined : oneCharacter('escapeCharacter', settings.escapeCharacter);
  if (delimiter === '') refuse('fieldDelimiter is empty: give the text between fields.');
  if (newline === '') refuse('newlineString is empty: give the text that ends a line.');
  checkDistinct([['fieldDelimiter', delimiter], ['quoteCharacter', quote], ['escapeCharacter', escape], ['newlineString', newline]]);
  if (/[\r\n]/.test(delimiter) && /^[\r\n]+$/.test(newline)) refuse('fieldDelimiter must not contain a line break.');
  return { delimiter, quote, escape, newline };
}

/** Throws `configuration` when the settings cannot be told apart. */
export function dialectOf(settings: DialectSettings): Dialect {
  const tokens = tokensOf(settings);
  const delimiter = Buffer.from(tokens.delimiter);
  const quote = Buffer.from(tokens.quote);
  const escape = tokens.escape === undefined ? undefined : Buffer.from(tokens.escape);
  const terminators = terminatorsOf(tokens.newline);
  const escapable = [quote, ...(escape === undefined ? [] : [escape]), delimiter];
  return {
    delimiter, delimiterText: tokens.delimiter, quote, quoteText: tokens.quote, escape, escapeText: tokens.escape,
    newline: Buffer.from(tokens.newline), terminators, escapable,
    lookahead: (escape?.length ?? 0) + Math.max(quote.length * 2, ...[...escapable, ...terminators].map((token) => token.length)),
    lineBreak: terminators.at(-1) ?? LF,
  };
}

export function layoutOf(settings: LayoutSettings): Layout {
  const { fieldDelimiter, quoteCharacter, escapeCharacter, newlineString, headerUid, headerPassword, spaceReplacementString } = settings;
  return {
    dialect: dialectOf(settings), headerUid: headerUid.trim(), headerPassword: headerPassword.trim(), spaceReplacement: spaceReplacementString,
    key: JSON.stringify([fieldDelimiter, quoteCharacter, escapeCharacter, newlineString, headerUid, headerPassword, spaceReplacementString]),
  };
}

/** What ends a record we add: the file's own CR LF where the setting is the plain default, else the setting. */
export function newlineFor(dialect: Dialect, headerTerminator: Buffer): Buffer {
  return dialect.newline.equals(LF) && headerTerminator.equals(CR_LF) ? CR_LF : dialect.newline;
}
