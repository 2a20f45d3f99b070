import { createReadStream, openSync, closeSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CliError, EXIT } from '../../cli/exit-codes.js';
import type { RecordingEnd, RecordingHead, RecordingLine } from './recording-lines.js';
import type { Scrubber } from './scrubber.js';

/** Bytes of a recording. */
export const LARGEST_RECORDING = 64 * 1024 ** 2;
const LONGEST_LINE = 64 * 1024 ** 2;

/** Takes lines until the file is as large as it may be. Each is scrubbed once more as a whole before it is written. */
export class RecordingFile {
  readonly #file: number;
  readonly #scrubber: Scrubber;
  readonly #largest: number;
  #bytes = 0;
  #lines = 0;
  #isFull = false;

  /** Makes the file, for its owner alone. Throws a CliError where there is one. */
  constructor(path: string, scrubber: Scrubber, largest = LARGEST_RECORDING) {
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CliError(code === 'EEXIST' ? `--record ${path}: there is such a file already; recordings replace nothing.` : `--record ${path} cannot be made (${code ?? 'unknown error'}).`, EXIT.usage);
    }
    this.#scrubber = scrubber;
    this.#largest = largest;
  }

  write(line: RecordingLine): void {
    if (this.#isFull) return;
    const text = `${this.#scrubber.text(JSON.stringify(line))}\n`;
    if (this.#bytes + Buffer.byteLength(text) > this.#largest) {
      this.#isFull = true;
      this.#put({ kind: 'end', reason: `the recording has ${this.#largest} bytes, as many as it may` });
      return;
    }
    this.#bytes += writeSync(this.#file, text);
    this.#lines += 1;
  }

  #put(end: RecordingEnd): void {
    this.#bytes += writeSync(this.#file, `${JSON.stringify(end)}\n`);
  }

  /** What to tell of it. Idempotent. */
  close(): string {
    closeSync(this.#file);
    return `recorded ${Math.max(0, this.#lines - 1)} exchanges${this.#isFull ? '; the rest did not fit' : ''}`;
  }
}

export interface Recording {
  readonly head: RecordingHead;
  readonly lines: readonly RecordingLine[];
}

/** Reads a recording. Throws a CliError that names the line that is none. */
export async function readRecording(path: string): Promise<Recording> {
  const lines: RecordingLine[] = [];
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      number += 1;
      if (text.trim() === '' || text.length > LONGEST_LINE) continue;
      lines.push(JSON.parse(text) as RecordingLine);
    }
  } catch (error) {
    const why = error instanceof SyntaxError ? `line ${number} is no JSON` : (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CliError(`--replay ${path} cannot be read (${why}).`, EXIT.usage);
  }
  const [head, ...rest] = lines;
  if (head?.kind !== 'recording') throw new CliError(`--replay ${path} is no recording: its first line has to be of the kind "recording".`, EXIT.usage);
  // A file may say any version.
  const version: number = head.version;
  if (version !== 1) throw new CliError(`--replay ${path} is of version ${version}; version 1 can be read.`, EXIT.usage);
  return { head, lines: rest };
}
