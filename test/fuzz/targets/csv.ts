import { columnsOf } from '../../../connectors/catalog/csv/format/columns.js';
import { dialectOf, layoutOf, type Dialect } from '../../../connectors/catalog/csv/format/dialect.js';
import { MalformedRecord, RecordScanner } from '../../../connectors/catalog/csv/format/record-scanner.js';
import { encodeRecord } from '../../../connectors/catalog/csv/format/record-writer.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { ByteSource } from '../engine/byte-source.js';
import { check, refusable, type FuzzTarget } from '../engine/target.js';

const DELIMITERS = [',', ';', '\t', '||', 'ä', '~|~'] as const;
const QUOTES = ['"', "'", '“', '|'] as const;
const ESCAPES = ['\\', '"', '', '^', '€'] as const;
const NEWLINES = ['\n', '\r\n', '\r', '~~', '\u2028'] as const;

interface Read { readonly records: string[][]; readonly problem: string | undefined }

/** Records as they are found when the bytes arrive in pieces of `size`. */
function readIn(bytes: Buffer, dialect: Dialect, size: number): Read {
  const scanner = new RecordScanner(dialect);
  const records: string[][] = [];
  let known = Math.min(size, bytes.length);
  for (let at = 0; at < bytes.length;) {
    let record: ReturnType<RecordScanner['scan']>;
    try {
      record = scanner.scan(bytes.subarray(0, known), at, known === bytes.length);
    } catch (error) {
      if (error instanceof MalformedRecord) return { records, problem: error.message };
      throw error;
    }
    if (record === undefined) {
      check(known < bytes.length, 'the end of the file is not decided');
      // Twice the bytes each time, as the reader takes them, so that the work stays linear.
      known = Math.min(known + Math.max(size, known - at), bytes.length);
      continue;
    }
    check(record.end > at && record.contentEnd <= record.end && record.end <= known, 'a record without a place');
    if (!record.blank) records.push(record.fields);
    at = record.end;
  }
  return { records, problem: undefined };
}

function same(left: Read, right: Read): boolean {
  return left.problem === right.problem && JSON.stringify(left.records) === JSON.stringify(right.records);
}

/** The same records whatever the pieces in which the bytes arrive; what was read is read again after it was written. */
export const target: FuzzTarget = {
  name: 'csv',
  bounds: { bytes: 4096 },
  seeds: () => ['uid,name\r\n"a","b ""c"""\n', 'a;b\n1;"2\n3"\n', 'x\\,y,"\\"z"\n\n  \n', '“q”~|~w~~\u2028', '\ufeffuid,mail,password\nann,,secret\n'].map((text, index) => Buffer.concat([Buffer.of(index, index, index, index, 3), Buffer.from(text)])),
  words: ['""', '"\r\n', '\\"', ',,', '\ufeff', '~|~', '“”'],
  run(input) {
    const source = new ByteSource(input);
    const settings = { fieldDelimiter: source.pick(DELIMITERS), quoteCharacter: source.pick(QUOTES), escapeCharacter: source.pick(ESCAPES), newlineString: source.pick(NEWLINES) };
    const dialect = refusable(() => dialectOf(settings), ConnectorError);
    const size = 1 + source.byte();
    if (dialect === undefined) return;
    const bytes = Buffer.from(source.rest());
    const whole = readIn(bytes, dialect, bytes.length);
    check(same(whole, readIn(bytes, dialect, size)), 'other records when the bytes arrive in pieces');
    const [header] = whole.records;
    const layout = layoutOf({ ...settings, headerUid: header?.[0] ?? 'uid', headerPassword: 'password', spaceReplacementString: '_' });
    if (header !== undefined) refusable(() => columnsOf('people.csv', header, layout), ConnectorError);
    const kept = whole.records.filter((record) => !record.every((field) => field === ''));
    const written = Buffer.concat(kept.flatMap((record) => [encodeRecord(record, dialect), dialect.newline]));
    const again = readIn(written, dialect, 1 + (size % 7));
    check(again.problem === undefined, `what was written cannot be read: ${again.problem ?? ''}`);
    check(JSON.stringify(again.records) === JSON.stringify(kept), 'other records after they were written and read');
  },
};
