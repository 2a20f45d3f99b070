import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson, type JsonObject } from '../crest/json.js';

/** Characters held back while a write is under way; beyond them `write` makes its caller wait. */
const MAX_PENDING = 1_048_576;

/** An append-only file of JSON lines for one topic (`recon`, `sync`). */
export class AuditLog {
  readonly #path: string;
  readonly #folder: string;
  #file: FileHandle | undefined;
  #pending = '';
  #writing: Promise<void> | undefined;

  constructor(dataFolder: string, topic: string) {
    this.#folder = join(dataFolder, 'audit');
    this.#path = join(this.#folder, `${topic}.jsonl`);
  }

  /** Resolves at once while there is room, else when the disk has caught up. */
  async write(entry: JsonObject): Promise<void> {
    this.#pending += `${writeJson(entry)}\n`;
    this.#writing ??= this.#drain().finally(() => { this.#writing = undefined; });
    if (this.#pending.length > MAX_PENDING) await this.#writing;
    else this.#writing.catch(() => undefined);
  }

  /** Resolves when everything is written; rejects when it could not be. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    if (this.#file === undefined) {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      this.#file = await open(this.#path, 'a', 0o600);
    }
    while (this.#pending !== '') {
      const text = this.#pending;
      this.#pending = '';
      await this.#file.appendFile(text);
    }
  }
}
