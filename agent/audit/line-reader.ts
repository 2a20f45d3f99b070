import { open } from 'node:fs/promises';
import { MAX_LINE_BYTES } from './audit-line.js';

const CHUNK_BYTES = 1_048_576;
const LINE_BREAK = 0x0a;

/** A run of whole lines, or what is no line. The bytes are good until the next one is asked for. */
export interface LineChunk {
  readonly bytes: Buffer;
  /** Of the first byte, in the file. */
  readonly offset: number;
  /** `lines`: whole lines, each with its line break. `rest`: the file ends without one. `endless`: longer than any line can be. */
  readonly kind: 'lines' | 'rest' | 'endless';
}

/** A file from an offset to its end (or `until`), in chunks of whole lines; memory does not grow with the file. */
export async function* lineChunks(path: string, offset = 0, until = Number.POSITIVE_INFINITY): AsyncGenerator<LineChunk, void, void> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES + MAX_LINE_BYTES);
    let held = 0;
    let position = offset;
    for (;;) {
      const wanted = Math.min(buffer.length - held, CHUNK_BYTES, until - position);
      const { bytesRead } = wanted <= 0 ? { bytesRead: 0 } : await file.read(buffer, held, wanted, position);
      const start = position - held;
      held += bytesRead;
      position += bytesRead;
      if (bytesRead === 0) {
        if (held > 0) yield { bytes: buffer.subarray(0, held), offset: start, kind: 'rest' };
        return;
      }
      const end = buffer.subarray(0, held).lastIndexOf(LINE_BREAK) + 1;
      if (end > 0) {
        yield { bytes: buffer.subarray(0, end), offset: start, kind: 'lines' };
        buffer.copyWithin(0, end, held);
        held -= end;
      }
      if (held >= MAX_LINE_BYTES) {
        yield { bytes: buffer.subarray(0, held), offset: position - held, kind: 'endless' };
        held = 0;
      }
    }
  } finally {
    await file.close();
  }
}

/** Calls back for each line of a chunk, without its line break. `offset`: of its first byte in the file. */
export function eachLine(chunk: LineChunk, take: (line: Buffer, offset: number) => void): void {
  const { bytes } = chunk;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_BREAK, start);
    take(bytes.subarray(start, end), chunk.offset + start);
    start = end + 1;
  }
}
