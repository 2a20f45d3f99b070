import type { Dialect } from './dialect.js';

/**
 * Finds records in bytes. A parser of our own rather than csv-parse, because writes need the exact bytes of every record
 * (untouched ones are copied verbatim, and found again by offset), because files written by the Java connector double
 * the quote while the configured escape character may be another (csv-parse takes one or the other and swallows the
 * escape character before ordinary text, as in `DOMAIN\user`), and because delimiters and line terminators may have
 * several characters.
 *
 * The grammar: blanks around a quoted value are skipped. Within and without quotes the escape character makes a quote,
 * delimiter or escape character literal, and before anything else is literal itself. Within quotes a doubled quote is a
 * quote. A quote inside an unquoted value, or text after a closing quote, is refused.
 */
export interface ScannedRecord {
  readonly fields: string[];
  /** Offsets into the scanned bytes: end of the content, and end including the terminator. */
  readonly contentEnd: number;
  readonly end: number;
  /** Line breaks in it, its own end included; undefined where they were not counted. */
  readonly lines: number | undefined;
  /** True when the record holds nothing but blanks and no delimiter. */
  readonly blank: boolean;
}

/** What is wrong, without file and line, which the caller knows. */
export class MalformedRecord extends Error {
  override readonly name = 'MalformedRecord';
}

type Stop = 'delimiter' | 'terminator' | 'end' | 'more';

const SPACE = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  if (!text.includes('\ufffd')) return text;
  try {
    return strictUtf8.decode(bytes.subarray(from, to));
  } catch {
    throw new MalformedRecord('the text is not UTF-8; convert the file to UTF-8');
  }
}

function startsAt(bytes: Buffer, at: number, token: Buffer): boolean {
  if (bytes[at] !== token[0]) return false;
  for (let index = 1; index < token.length; index++) if (bytes[at + index] !== token[index]) return false;
  return true;
}

export class RecordScanner {
  readonly #dialect: Dialect;
  readonly #plainLineFeed: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  #final = false;
  /** Positions from here on cannot be judged yet. */
  #safe = 0;
  #at = 0;
  #tokenLength = 0;
  /** Next quote and escape at or after the scan, so that plain lines are found by native searches only. */
  #quoteAt = -1;
  #escapeAt = -1;
  /** Bytes that may mean something, by state; all others are skipped in a tight loop. */
  readonly #inQuotes = new Uint8Array(256);
  readonly #outsideQuotes = new Uint8Array(256);

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    for (const token of [dialect.quote, dialect.escape]) if (token?.[0] !== undefined) this.#inQuotes[token[0]] = 1;
    for (const token of [...dialect.escapable, ...dialect.terminators]) if (token[0] !== undefined) this.#outsideQuotes[token[0]] = 1;
    this.#plainLineFeed = dialect.terminators.some((token) => token.length === 1 && token[0] === LF);
  }

  /**
   * Scans the record that starts at `at`. Undefined: more bytes are needed; call again from the same `at` with more.
   * `final` says that nothing follows `bytes`. Throws MalformedRecord.
   */
  scan(bytes: Buffer, at: number, final: boolean): ScannedRecord | undefined {
    this.#noteSpecials(bytes, at);
    this.#bytes = bytes;
    this.#final = final;
    this.#safe = final ? bytes.length : bytes.length - this.#dialect.lookahead;
    return this.#scanPlainLine(at) ?? this.#scanFields(at);
  }

  #noteSpecials(bytes: Buffer, at: number): void {
    const { quote, escape } = this.#dialect;
    const none = Number.MAX_SAFE_INTEGER;
    const next = (token: Buffer): number => {
      const position = bytes.indexOf(token, at);
      return position < 0 ? none : position;
    };
    const fresh = bytes !== this.#bytes;
    if (fresh || this.#quoteAt < at) this.#quoteAt = next(quote);
    if (fresh || this.#escapeAt < at) this.#escapeAt = escape === undefined ? none : next(escape);
  }

  /** A line that ends in LF (or CR LF) before the next quote or escape needs no look at its single bytes. */
  #scanPlainLine(at: number): ScannedRecord | undefined {
    if (!this.#plainLineFeed) return undefined;
    const lineFeed = this.#bytes.indexOf(LF, at);
    if (lineFeed < 0 || this.#quoteAt < lineFeed || this.#escapeAt < lineFeed) return undefined;
    const contentEnd = lineFeed > at && this.#bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    const fields = decode(this.#bytes, at, contentEnd).split(this.#dialect.delimiterText);
    return { fields, contentEnd, end: lineFeed + 1, lines: 1, blank: fields.length === 1 && fields[0]?.trim() === '' };
  }

  #scanFields(start: number): ScannedRecord | undefined {
    const fields: string[] = [];
    let quoted = false;
    this.#at = start;
    for (;;) {
      const opens = this.#opensQuote();
      if (opens === undefined) return undefined;
      quoted ||= opens;
      const stop = opens ? this.#readQuoted(fields) : this.#readUnquoted(fields);
      if (stop === 'more') return undefined;
      if (stop === 'delimiter') {
        this.#at += this.#dialect.delimiter.length;
        continue;
      }
      const contentEnd = this.#at;
      const end = stop === 'terminator' ? contentEnd + this.#tokenLength : contentEnd;
      return { fields, contentEnd, end, lines: undefined, blank: !quoted && fields.length === 1 && fields[0]?.trim() === '' };
    }
  }

  /** Whether a quoted value starts here, blanks skipped; then the position is behind its quote. Undefined: not known yet. */
  #opensQuote(): boolean | undefined {
    let at = this.#at;
    for (; at < this.#safe; at++) {
      if (startsAt(this.#bytes, at, this.#dialect.quote)) {
        this.#at = at + this.#dialect.quote.length;
        return true;
      }
      const byte = this.#bytes[at];
      if ((byte !== SPACE && byte !== TAB) || this.#stopAt(at) !== undefined) return false;
    }
    return this.#final ? false : undefined;
  }

  #stopAt(at: number): Stop | undefined {
    if (startsAt(this.#bytes, at, this.#dialect.delimiter)) return 'delimiter';
    for (const token of this.#dialect.terminators) {
      if (startsAt(this.#bytes, at, token)) {
        this.#tokenLength = token.length;
        return 'terminator';
      }
    }
    return undefined;
  }

  /** First position from `at` on whose byte is in `table`, or the safe end. */
  #skip(at: number, table: Uint8Array): number {
    const bytes = this.#bytes;
    let position = at;
    while (position < this.#safe && table[bytes[position] ?? 0] === 0) position++;
    return position;
  }

  /** Length of the token an escape character at `at` makes literal; 0 when it makes none. */
  #escapedLength(at: number): number {
    const { escape, escapable } = this.#dialect;
    if (escape === undefined || !startsAt(this.#bytes, at, escape)) return 0;
    return escapable.find((token) => startsAt(this.#bytes, at + escape.length, token))?.length ?? 0;
  }

  #readUnquoted(fields: string[]): Stop {
    const { quote, escape } = this.#dialect;
    let text = '';
    let from = this.#at;
    let at = this.#at;
    while ((at = this.#skip(at, this.#outsideQuotes)) < this.#safe) {
      const escaped = this.#escapedLength(at);
      if (escaped > 0 && escape !== undefined) {
        text += decode(this.#bytes, from, at);
        from = at + escape.length;
        at = from + escaped;
        continue;
      }
      const stop = this.#stopAt(at);
      if (stop !== undefined) return this.#finishField(fields, text + decode(this.#bytes, from, at), at, stop);
      if (startsAt(this.#bytes, at, quote)) throw new MalformedRecord(`field ${fields.length + 1} has a quote inside an unquoted value; put the value in quotes and double the quote inside`);
      at++;
    }
    if (!this.#final) return 'more';
    return this.#finishField(fields, text + decode(this.#bytes, from, this.#bytes.length), this.#bytes.length, 'end');
  }

  #readQuoted(fields: string[]): Stop {
    const { quote, escape } = this.#dialect;
    let text = '';
    let from = this.#at;
    let at = this.#at;
    while ((at = this.#skip(at, this.#inQuotes)) < this.#safe) {
      const escaped = this.#escapedLength(at);
      if (escaped > 0 && escape !== undefined) {
        text += decode(this.#bytes, from, at);
        from = at + escape.length;
        at = from + escaped;
      } else if (!startsAt(this.#bytes, at, quote)) {
        at++;
      } else if (startsAt(this.#bytes, at + quote.length, quote)) {
        text += decode(this.#bytes, from, at + quote.length);
        at += quote.length * 2;
        from = at;
      } else {
        return this.#afterQuote(fields, text + decode(this.#bytes, from, at), at + quote.length);
      }
    }
    if (this.#final) throw new MalformedRecord(`the quote that opens field ${fields.length + 1} is never closed; close it, or escape the quote character that was meant as text`);
    return 'more';
  }

  #afterQuote(fields: string[], text: string, from: number): Stop {
    for (let at = from; at < this.#safe; at++) {
      const stop = this.#stopAt(at);
      if (stop !== undefined) return this.#finishField(fields, text, at, stop);
      if (this.#bytes[at] !== SPACE && this.#bytes[at] !== TAB) {
        throw new MalformedRecord(`field ${fields.length + 1} has text after its closing quote; double the quotes that belong to the value`);
      }
    }
    return this.#final ? this.#finishField(fields, text, this.#bytes.length, 'end') : 'more';
  }

  #finishField(fields: string[], text: string, at: number, stop: Stop): Stop {
    fields.push(text);
    this.#at = at;
    return stop;
  }
}
