import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file that whole pieces of text are appended to. What a full disk lets through of a piece is cut off before the next one, so
 * that no line ever stands behind half of another.
 */
export class AppendedFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  /** Bytes of whole pieces. */
  #size = 0;
  /** There may be a part of a piece behind them. */
  #isTorn = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** All of it or, when it rejects, nothing that would stay. One at a time. */
  async append(text: string): Promise<void> {
    const file = this.#file ?? await this.#open();
    if (this.#isTorn) await file.truncate(this.#size);
    this.#isTorn = true;
    await file.appendFile(text);
    this.#isTorn = false;
    this.#size += Buffer.byteLength(text);
  }

  /** Resolves when everything appended is on the disk. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    if (this.#isTorn) await file.truncate(this.#size).catch(() => undefined);
    this.#isTorn = false;
    await file.close();
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = await open(this.#path, 'a', 0o600);
    this.#size = (await file.stat()).size;
    this.#file = file;
    return file;
  }
}
