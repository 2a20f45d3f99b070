import { columnsOf, trimmed, type Columns } from './columns.js';
import type { Dialect, Layout } from './dialect.js';
import { malformed, unusableHeader } from '../errors.js';
import { CHUNK_BYTES, CHUNK_ROWS, SMALL_CHUNK_BYTES } from '../limits.js';
import { RecordReader, type CsvRecord, type Position } from './record-reader.js';
import { SteadyFile, type OwnWrites } from '../storage/steady-file.js';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A row whose shape was checked. */
export interface Row extends CsvRecord {
  readonly uid: string;
}

/** A file opened for one consistent read whose header is understood. */
export class Table {
  readonly file: SteadyFile;
  readonly layout: Layout;
  readonly columns: Columns;
  /** Where the first row after the header starts. */
  readonly start: Position;
  /** What ended the header row; empty when nothing did. */
  readonly headerTerminator: Buffer;

  private constructor(file: SteadyFile, layout: Layout, columns: Columns, start: Position, headerTerminator: Buffer) {
    this.file = file;
    this.layout = layout;
    this.columns = columns;
    this.start = start;
    this.headerTerminator = headerTerminator;
  }

  /** `label` is the path messages name. Throws `configuration` for an unusable header, the system's error otherwise. */
  static async open(path: string, layout: Layout, own?: OwnWrites, label = path): Promise<Table> {
    const file = await SteadyFile.open(path, own, label);
    try {
      const head = await file.read(0, SMALL_CHUNK_BYTES);
      const from = startOfText(file.path, head);
      const reader = new RecordReader(file, layout.dialect, { offset: from, line: 1 }, SMALL_CHUNK_BYTES, head.subarray(from));
      const header = (await reader.next(1))?.[0];
      if (header === undefined) throw unusableHeader(label, 'the file is empty; its first line must name the columns');
      return new Table(file, layout, columnsOf(label, header.fields, layout), reader.position, reader.terminatorOf(header));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  get dialect(): Dialect {
    return this.layout.dialect;
  }

  /** Rows from a position on, some at a time. Throws `connector` naming the line of a row of another shape. */
  async *batches(signal: AbortSignal, from: Position = this.start, chunk = CHUNK_BYTES): AsyncGenerator<Row[], void, void> {
    const reader = new RecordReader(this.file, this.dialect, from, chunk);
    for (;;) {
      signal.throwIfAborted();
      const records = await reader.next(CHUNK_ROWS);
      if (records === undefined) return;
      yield* this.#checked(records);
    }
  }

  /** The row that starts at `offset`. */
  async rowAt(offset: number): Promise<Row> {
    const reader = new RecordReader(this.file, this.dialect, { offset, line: 0 }, SMALL_CHUNK_BYTES);
    const record = (await reader.next(1))?.[0];
    if (record === undefined) throw malformed(this.path, 0, `there is no row at byte ${offset}`);
    return this.#check(record);
  }

  /** Rows before a bad one are handed out first, so that whoever stops earlier never meets it. */
  *#checked(records: readonly CsvRecord[]): Generator<Row[], void, void> {
    const rows: Row[] = [];
    for (const record of records) {
      const problem = this.#problem(record);
      if (problem !== undefined) {
        yield rows;
        throw malformed(this.path, record.line, problem);
      }
      rows.push(this.#rowOf(record));
    }
    yield rows;
  }

  #check(record: CsvRecord): Row {
    const problem = this.#problem(record);
    if (problem !== undefined) throw malformed(this.path, record.line, problem);
    return this.#rowOf(record);
  }

  #rowOf(record: CsvRecord): Row {
    const { offset, line, fields, contentEnd, end } = record;
    return { offset, line, fields, contentEnd, end, uid: this.uidOf(fields) };
  }

  uidOf(fields: readonly string[]): string {
    return trimmed(fields[this.columns.uid] ?? '');
  }

  #problem({ fields }: CsvRecord): string | undefined {
    const { headers, uid } = this.columns;
    if (fields.length !== headers.length) {
      const what = fields.length < headers.length ? 'add the missing ones (empty is fine)' : 'remove the extra ones, or put values that contain the delimiter in quotes';
      return `the row has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} where the header has ${headers.length}; ${what}`;
    }
    return isBlank(this.uidOf(fields)) ? `the uid (column ${JSON.stringify(headers[uid])}) is blank; every row needs one` : undefined;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** Blank by the rule of the model's Uid. */
function isBlank(uid: string): boolean {
  return uid.trim() === '';
}

function startOfText(path: string, head: Buffer): number {
  if (head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) return BYTE_ORDER_MARK.length;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw unusableHeader(path, 'the file is UTF-16; convert it to UTF-8');
  }
  return 0;
}
