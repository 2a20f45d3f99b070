import { join } from 'node:path';
import { writeJson, type JsonObject } from '../crest/json.js';
import { AppendedFile } from './appended-file.js';

/** Characters held back while a write is under way; beyond them `write` makes its caller wait. */
const MAX_PENDING = 1_048_576;

/** An append-only file of JSON lines for one topic (`recon`, `sync`). What cannot be written is kept, and written with the next entry. */
export class AuditLog {
  readonly #file: AppendedFile;
  #pending = '';
  #writing: Promise<void> | undefined;

  constructor(dataFolder: string, topic: string) {
    this.#file = new AppendedFile(join(dataFolder, 'audit', `${topic}.jsonl`));
  }

  /** Resolves at once while there is room, else when the disk has caught up; rejects, with the entry not taken, when it cannot. */
  async write(entry: JsonObject): Promise<void> {
    while (this.#pending.length > MAX_PENDING) await this.#drained();
    this.#pending += `${writeJson(entry)}\n`;
    this.#drained().catch(() => undefined);
  }

  /** Resolves when everything is written; rejects when it could not be. */
  async flush(): Promise<void> {
    while (this.#pending !== '' || this.#writing !== undefined) await this.#drained();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }

  #drained(): Promise<void> {
    this.#writing ??= this.#drain();
    return this.#writing;
  }

  async #drain(): Promise<void> {
    await Promise.resolve();                            // what comes in the same turn goes along
    let text = '';
    try {
      while (this.#pending !== '') {
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
