import { join } from 'node:path';
import { writeJson, type JsonObject } from '../crest/json.js';
import { PendingText } from './pending-text.js';

/** An append-only file of JSON lines for one topic (`enrolment`). What cannot be written is kept, and written with the next entry. */
export class AuditFile {
  readonly #text: PendingText;

  constructor(dataFolder: string, topic: string) {
    this.#text = new PendingText(join(dataFolder, 'audit', `${topic}.jsonl`));
  }

  /** Resolves at once while there is room, else when the disk has caught up; rejects, with the entry not taken, when it cannot. */
  async write(entry: JsonObject): Promise<void> {
    while (this.#text.isFull) await this.#text.drained();
    this.#text.add(`${writeJson(entry)}\n`).catch(() => undefined);
  }

  /** Resolves when everything is written; rejects when it could not be. */
  flush(): Promise<void> {
    return this.#text.flush();
  }

  /** As `flush`; nothing is written any more after it. */
  close(): Promise<void> {
    return this.#text.close();
  }
}
