import { open, type FileHandle } from 'node:fs/promises';
import type { Sink, SinkConnection } from './sink.js';

const LINE_BREAK = Buffer.from('\n');

/** A copy of the lines in another file, on another disk perhaps; somebody else rotates it. It is opened anew after a fault. */
export function secondFile(path: string): Sink {
  return {
    description: `file ${path}`,
    open: async () => new FileConnection(await open(path, 'a', 0o600)),
  };
}

class FileConnection implements SinkConnection {
  readonly confirmAfter = 0;
  readonly lost = new Promise<never>(() => undefined);
  readonly #file: FileHandle;
  #closed = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async send(lines: readonly Buffer[]): Promise<void> {
    await this.#file.appendFile(Buffer.concat(lines.flatMap((line) => [line, LINE_BREAK])));
    await this.#file.datasync();
  }

  finish(): Promise<boolean> {
    this.destroy();
    return Promise.resolve(true);
  }

  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close().catch(() => undefined);
  }
}
