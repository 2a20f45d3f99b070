import { open, type FileHandle } from 'node:fs/promises';
import { auditFilePath, factsOf, listAuditFiles } from '../audit-files.js';
import { sequenceOf } from '../audit-line.js';
import type { ChainEnd } from '../head-file.js';
import type { ShippingPosition } from './shipping-position.js';

const BATCH_BYTES = 262_144;

export interface LineBatch {
  /** Without line breaks. */
  readonly lines: readonly Buffer[];
  /** Where the next batch begins. */
  readonly after: ShippingPosition;
  /** Files between were gone: numbers of the first and the last. */
  readonly gap?: readonly [number, number] | undefined;
}

/** Reads the audit files on from a position, up to what is safe. One small batch at a time. */
export class LineSource {
  readonly #directory: string;
  readonly #safe: () => ChainEnd;
  #open: { readonly number: number; readonly handle: FileHandle } | undefined;

  constructor(directory: string, safe: () => ChainEnd) {
    this.#directory = directory;
    this.#safe = safe;
  }

  /** Whether there is anything behind the position. */
  hasMore({ file, offset }: ShippingPosition): boolean {
    const safe = this.#safe();
    return safe.file > 0 && (file < safe.file || (file === safe.file && offset < safe.size));
  }

  /** Undefined when there is nothing. */
  async next(position: ShippingPosition): Promise<LineBatch | undefined> {
    const safe = this.#safe();
    if (!this.hasMore(position)) return undefined;
    const handle = await this.#handle(position.file);
    if (handle === undefined) return this.#nextFile(position, true);
    const limit = position.file === safe.file ? safe.size : Number.POSITIVE_INFINITY;
    const bytes = Buffer.allocUnsafe(Math.min(BATCH_BYTES, limit - position.offset));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, position.offset);
    const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (end > 0) return wholeLines(bytes.subarray(0, end), position);
    return position.file < safe.file ? this.#nextFile(position, false) : undefined;
  }

  /** Bytes behind the position. */
  async behind({ file, offset }: ShippingPosition): Promise<number> {
    const safe = this.#safe();
    if (file === safe.file) return Math.max(0, safe.size - offset);
    let total = 0;
    for (const { number, path } of await listAuditFiles(this.#directory)) {
      if (number < file || number > safe.file) continue;
      total += number === safe.file ? safe.size : (await factsOf(path)).size - (number === file ? offset : 0);
    }
    return Math.max(0, total);
  }

  async close(): Promise<void> {
    const { handle } = this.#open ?? {};
    this.#open = undefined;
    await handle?.close();
  }

  async #handle(number: number): Promise<FileHandle | undefined> {
    if (this.#open?.number === number) return this.#open.handle;
    await this.close();
    try {
      this.#open = { number, handle: await open(auditFilePath(this.#directory, number), 'r') };
      return this.#open.handle;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #nextFile({ file, sequence }: ShippingPosition, isGone: boolean): Promise<LineBatch | undefined> {
    const next = (await listAuditFiles(this.#directory)).find(({ number }) => number > file)?.number;
    if (next === undefined) return undefined;
    const firstMissing = isGone ? file : file + 1;
    return { lines: [], after: { file: next, offset: 0, sequence }, gap: next > firstMissing ? [firstMissing, next - 1] : undefined };
  }
}

function wholeLines(bytes: Buffer, { file, offset, sequence }: ShippingPosition): LineBatch {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, after: { file, offset: offset + bytes.length, sequence: sequenceOf(lines.at(-1) ?? bytes) ?? sequence } };
}
