import type { Dialect } from './dialect.js';
import { malformed } from '../errors.js';
import { CHUNK_BYTES, MAX_RECORD_BYTES } from '../limits.js';
import { MalformedRecord, RecordScanner, type ScannedRecord } from './record-scanner.js';
import type { SteadyFile } from '../storage/steady-file.js';

/** Where a record starts. */
export interface Position {
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Physical line, from 1. */
  readonly line: number;
}

export interface CsvRecord extends Position {
  readonly fields: readonly string[];
  /** Offsets of the end of the content, and of the end including the terminator. */
  readonly contentEnd: number;
  readonly end: number;
}

/** Occurrences of `token` that start in [from, to). */
function count(bytes: Buffer, token: Buffer, from: number, to: number): number {
  let found = 0;
  for (let at = bytes.indexOf(token, from); at >= 0 && at < to; at = bytes.indexOf(token, at + token.length)) found++;
  return found;
}

/** Reads records one chunk at a time; holds one chunk, or one record where that is longer. Blank lines are skipped. */
export class RecordReader {
  readonly #file: SteadyFile;
  readonly #dialect: Dialect;
  readonly #scanner: RecordScanner;
  readonly #chunk: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Offset in the file of the first byte of `#bytes`, and position in `#bytes` of the next record. */
  #base: number;
  #at = 0;
  #line: number;

  /** `chunk` bytes are read at once: small where a single record is wanted. `known` are bytes from `from` on, read already. */
  constructor(file: SteadyFile, dialect: Dialect, from: Position, chunk = CHUNK_BYTES, known: Buffer = Buffer.alloc(0)) {
    this.#file = file;
    this.#dialect = dialect;
    this.#scanner = new RecordScanner(dialect);
    this.#chunk = chunk;
    this.#base = from.offset;
    this.#line = from.line;
    this.#bytes = known;
  }

  /** Where the next record starts. */
  get position(): Position {
    return { offset: this.#base + this.#at, line: this.#line };
  }

  /**
   * The next records, as many as one chunk holds but at most `limit`; undefined at the end. Throws `connector` naming the
   * line, or `retryable`.
   */
  async next(limit = Number.MAX_SAFE_INTEGER): Promise<CsvRecord[] | undefined> {
    for (;;) {
      const records = await this.#scanBuffered(limit);
      if (records.length > 0) return records;
      if (this.#complete) return undefined;
      await this.#fill();
    }
  }

  /** The bytes that ended the record read last. */
  terminatorOf({ contentEnd, end }: CsvRecord): Buffer {
    return Buffer.from(this.#bytes.subarray(contentEnd - this.#base, end - this.#base));
  }

  get #complete(): boolean {
    return this.#base + this.#bytes.length >= this.#file.size;
  }

  async #fill(): Promise<void> {
    const rest = this.#bytes.subarray(this.#at);
    if (rest.length > MAX_RECORD_BYTES) throw this.#tooLong();
    // A record longer than a chunk is scanned anew with twice the bytes, so that the work stays linear.
    const more = await this.#file.read(this.#base + this.#bytes.length, Math.max(this.#chunk, rest.length));
    this.#base += this.#at;
    this.#at = 0;
    this.#bytes = rest.length === 0 ? more : Buffer.concat([rest, more]);
  }

  async #scanBuffered(limit: number): Promise<CsvRecord[]> {
    const records: CsvRecord[] = [];
    const final = this.#complete;
    let problem: Error | undefined;
    while (this.#at < this.#bytes.length && records.length < limit) {
      const scanned = this.#scanOne(final);
      if (scanned instanceof Error) problem = scanned;
      if (scanned === undefined || scanned instanceof Error) break;
      const record = this.#take(scanned);
      if (!scanned.blank) records.push(record);
    }
    // With records at hand, a problem behind them waits until they have been used.
    if (problem === undefined || records.length > 0) return records;
    // What looks malformed may be the middle of somebody's write; then that is the better thing to say.
    await this.#file.verify();
    throw problem;
  }

  #scanOne(final: boolean): ScannedRecord | Error | undefined {
    try {
      const scanned = this.#scanner.scan(this.#bytes, this.#at, final);
      return scanned !== undefined && scanned.end - this.#at > MAX_RECORD_BYTES ? this.#tooLong() : scanned;
    } catch (error) {
      if (error instanceof MalformedRecord) return malformed(this.#file.path, this.#line, error.message);
      throw error;
    }
  }

  #tooLong(): Error {
    return malformed(this.#file.path, this.#line, `the record that starts here is longer than ${MAX_RECORD_BYTES} bytes; most likely a quote in it is never closed`);
  }

  #take({ fields, contentEnd, end, lines }: ScannedRecord): CsvRecord {
    const record = { fields, offset: this.#base + this.#at, line: this.#line, contentEnd: this.#base + contentEnd, end: this.#base + end };
    this.#line += lines ?? count(this.#bytes, this.#dialect.lineBreak, this.#at, end);
    this.#at = end;
    return record;
  }
}
