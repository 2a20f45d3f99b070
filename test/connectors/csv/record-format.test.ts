import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectOf, type Dialect } from '../../../connectors/catalog/csv/format/dialect.js';
import { MalformedRecord, RecordScanner } from '../../../connectors/catalog/csv/format/record-scanner.js';
import { encodeRecord } from '../../../connectors/catalog/csv/format/record-writer.js';

const DEFAULT = { fieldDelimiter: ',', quoteCharacter: '"', escapeCharacter: '\\', newlineString: '\n' };

function dialect(settings: Partial<typeof DEFAULT> = {}): Dialect {
  return dialectOf({ ...DEFAULT, ...settings });
}

function parse(text: string | Buffer, given = dialect()): string[][] {
  const bytes = Buffer.from(text as string);
  const scanner = new RecordScanner(given);
  const records: string[][] = [];
  for (let at = 0; at < bytes.length;) {
    const record = scanner.scan(bytes, at, true);
    if (record === undefined) throw new Error('The last record was not decided.');
    if (!record.blank) records.push(record.fields);
    at = record.end;
  }
  return records;
}

/** As a file arrives: in chunks, each scan repeated with more bytes until it is decided. */
function parseInChunks(bytes: Buffer, given: Dialect, size: number): string[][] {
  const scanner = new RecordScanner(given);
  const records: string[][] = [];
  let known = Math.min(size, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const record = scanner.scan(bytes.subarray(0, known), at, known === bytes.length);
    if (record === undefined) {
      known = Math.min(known + size, bytes.length);
      continue;
    }
    if (!record.blank) records.push(record.fields);
    at = record.end;
  }
  return records;
}

function write(records: readonly (readonly string[])[], given: Dialect): Buffer {
  return Buffer.concat(records.flatMap((record) => [encodeRecord(record, given), given.newline]));
}

describe('malformed records', () => {
  it.each([
    ['a quote that is never closed', 'a,"b\nc,d\n', /never closed/],
    ['a quote inside an unquoted value', 'a,5" pipe\n', /field 2 has a quote inside an unquoted value/],
    ['text after a closing quote', '"a"b,c\n', /field 1 has text after its closing quote/],
    ['bytes that are not UTF-8', Buffer.from('a,\xe4\n', 'latin1'), /not UTF-8/],
    ['bytes that are not UTF-8 in a quoted value', Buffer.from('a,"\xe4"\n', 'latin1'), /not UTF-8/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(MalformedRecord);
    expect(() => parse(text)).toThrow(message);
  });

  it('keeps a replacement character that really is in the file', () => {
    expect(parse('a,\ufffd\n')).toEqual([['a', '\ufffd']]);
  });
});

describe('settings that cannot be told apart', () => {
  it.each([
    [{ fieldDelimiter: '' }, /fieldDelimiter is empty/],
    [{ newlineString: '' }, /newlineString is empty/],
    [{ quoteCharacter: '' }, /quoteCharacter must be exactly one character/],
    [{ quoteCharacter: '""' }, /quoteCharacter must be exactly one character/],
    [{ escapeCharacter: '\\\\' }, /escapeCharacter must be exactly one character/],
    [{ fieldDelimiter: '"' }, /contains/],
    [{ fieldDelimiter: '\\' }, /contains/],
    [{ fieldDelimiter: '|"|' }, /fieldDelimiter.*contains quoteCharacter/],
    [{ fieldDelimiter: ';', newlineString: ';;' }, /newlineString.*contains fieldDelimiter/],
    [{ fieldDelimiter: '\r' }, /line break/],
  ])('refuses %j', (settings, message) => {
    expect(() => dialect(settings)).toThrow(message);
  });
});

describe('reading', () => {
  it.each([
    ['doubled quotes, as the Java connector writes them', '"a ""b"" c",d\n', [['a "b" c', 'd']]],
    ['escaped quotes', '"a \\"b\\" c",d\n', [['a "b" c', 'd']]],
    ['an escaped escape character', '"a\\\\",b\n', [['a\\', 'b']]],
    ['an escape character before ordinary text as text', 'DOMAIN\\user,"C:\\temp"\n', [['DOMAIN\\user', 'C:\\temp']]],
    ['an escaped delimiter outside quotes', 'a\\,b,c\n', [['a,b', 'c']]],
    ['a line that ends in the escape character', 'a,C:\\dir\\\nb,c\n', [['a', 'C:\\dir\\'], ['b', 'c']]],
    ['delimiters and line breaks within quotes', '"a,b\r\nc",d\n', [['a,b\r\nc', 'd']]],
    ['blanks around quotes, as in files made by hand', '"michal", "miso"\t,"asdf" \n', [['michal', 'miso', 'asdf']]],
    ['blanks within unquoted values, for the caller to trim', ' a , b\n', [[' a ', ' b']]],
    ['lines that end in CR LF whatever the setting', 'a,b\r\nc,"d"\r\n', [['a', 'b'], ['c', 'd']]],
    ['a last line without line break', 'a,b\nc,d', [['a', 'b'], ['c', 'd']]],
    ['a last quoted value without line break', 'a,b\nc,"d"', [['a', 'b'], ['c', 'd']]],
    ['empty values', ',\n"",""\n', [['', ''], ['', '']]],
    ['blank lines as nothing', '\n  \na,b\n\n', [['a', 'b']]],
  ])('accepts %s', (_, text, records) => {
    expect(parse(text)).toEqual(records);
  });

  it('knows only its own line terminator when that is no plain line break', () => {
    expect(parse('a|b~~c\n|d~~', dialect({ fieldDelimiter: '|', newlineString: '~~' }))).toEqual([['a', 'b'], ['c\n', 'd']]);
  });

  it('reads old Macintosh line ends when told so', () => {
    expect(parse('a,b\rc,d\r\ne,f', dialect({ newlineString: '\r' }))).toEqual([['a', 'b'], ['c', 'd'], ['e', 'f']]);
  });

  it.each([['\\t', '\t'], ['\\n', '\n']])('takes the spelled out %s for the character', (spelled, character) => {
    const settings = character === '\t' ? { fieldDelimiter: spelled } : { newlineString: spelled };
    const text = character === '\t' ? 'a\tb\n' : 'a,b\n';
    expect(parse(text, dialect(settings))).toEqual([['a', 'b']]);
  });

  it('reads values between single blanks as delimiters', () => {
    expect(parse('a "b c"  d\n', dialect({ fieldDelimiter: ' ' }))).toEqual([['a', 'b c', '', 'd']]);
  });

  it('needs no escape character', () => {
    expect(parse('"a\\","b"""\n', dialect({ escapeCharacter: '' }))).toEqual([['a\\', 'b"']]);
    expect(parse('"a\\","b"""\n', dialect({ escapeCharacter: '"' }))).toEqual([['a\\', 'b"']]);
  });
});

describe('writing', () => {
  it('quotes every value, doubles quotes, and leaves absent values empty, as the Java connector does', () => {
    expect(encodeRecord(['a', '', 'say "hi"', 'x,y'], dialect()).toString()).toBe('"a",,"say ""hi""","x,y"');
  });

  it('writes a lone empty value so that it is no empty line', () => {
    expect(parse(write([['']], dialect()).toString())).toEqual([['']]);
  });
});

describe('round trips', () => {
  const token = fc.constantFrom(',', ';', '\t', '|', '||', ' | ', '::=', '→', 'ab', ' ');
  const quote = fc.constantFrom('"', "'", '«', '😀');
  const escape = fc.constantFrom('\\', '', '^', '€');
  const newline = fc.constantFrom('\n', '\r\n', '\r', '~~', '¶', '\n--\n');
  const settings = fc.record({ fieldDelimiter: token, quoteCharacter: quote, escapeCharacter: escape, newlineString: newline });
  const text = fc.array(fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    { weight: 5, arbitrary: fc.constantFrom('"', "'", '\\', ',', ';', '|', '\n', '\r', '\r\n', '~', '→', '😀', '«', '^', ' ', '\t', '€', '¶', '--', '\ufeff', '\0') },
  ), { maxLength: 8 }).map((parts) => parts.join(''));
  const table = fc.integer({ min: 1, max: 5 }).chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width }), { maxLength: 6 }));

  it('reads back every record it wrote, in every dialect, however the bytes are cut', () => {
    fc.assert(fc.property(settings, table, fc.integer({ min: 1, max: 40 }), (given, records, size) => {
      const written = dialect(given);
      const bytes = write(records, written);
      expect(parse(bytes, written)).toEqual(records);
      expect(parseInChunks(bytes, written, size)).toEqual(records);
    }), { numRuns: 1500 });
  });

  it('reads unquoted values of harmless characters as they stand', () => {
    const harmless = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '1', '.'), minLength: 1, maxLength: 8 }).filter((value) => value.trim() !== '');
    fc.assert(fc.property(fc.array(fc.tuple(harmless, harmless, harmless), { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n'), (records, end) => {
      expect(parse(records.map((record) => record.join(',')).join(end))).toEqual(records);
    }));
  });

  it('never loops and never answers anything but records or MalformedRecord, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
      const run = (work: () => string[][]): string => {
        try {
          return JSON.stringify(work());
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRecord);
          return 'malformed';
        }
      };
      expect(run(() => parseInChunks(Buffer.from(bytes), dialect(), size))).toBe(run(() => parse(Buffer.from(bytes))));
    }), { numRuns: 2000 });
  });
});
