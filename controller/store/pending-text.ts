import { AppendedFile } from './appended-file.js';

/** Characters held back while the disk takes nothing; beyond them there is no room for more. */
const MAX_PENDING = 1_048_576;

/**
 * Text on its way to the end of a file: what comes while a write is under way goes out together with the next one. What cannot
 * be written (a full disk) stays in line, so that the file has all of it, in order, as soon as it can.
 */
export class PendingText {
  readonly #path: string;
  readonly #file: AppendedFile;
  #pending = '';
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = new AppendedFile(path);
  }

  get isEmpty(): boolean {
    return this.#pending === '';
  }

  get isFull(): boolean {
    return this.#pending.length > MAX_PENDING;
  }

  /** Resolves when it is written; rejects when it could not be, and is kept. */
  add(text: string): Promise<void> {
    this.#pending += text;
    return this.drained();
  }

  /** Resolves when what waits has been written; rejects when it could not be. */
  drained(): Promise<void> {
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  /** Resolves when everything is written; rejects when it could not be. */
  async flush(): Promise<void> {
    while (this.#pending !== '' || this.#writing !== undefined) await this.drained();
  }

  /** As `flush`, and on the disk. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#file.sync();
  }

  /** Nothing is written any more after this. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      await this.#file.close();
    }
  }

  async #drain(): Promise<void> {
    await Promise.resolve();                            // what comes in the same turn goes along
    let text = '';
    try {
      while (this.#pending !== '') {
        if (this.#isClosed) throw new Error(`${this.#path} is closed`);
        text = this.#pending;
        this.#pending = '';
        await this.#file.append(text);
        text = '';
      }
    } catch (error) {
      this.#pending = text + this.#pending;
      throw error;
    } finally {
      this.#writing = undefined;
    }
  }
}
