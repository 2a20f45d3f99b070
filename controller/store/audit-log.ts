import { randomUUID } from 'node:crypto';
import { writeJson, type JsonObject } from '../crest/json.js';
import type { Database, SqlRunner, SqlValue } from './database/database.js';

/** Topics of `/audit`. */
export const AUDIT_TOPICS = ['recon', 'sync', 'activity', 'authentication', 'enrolment'] as const;
export type AuditTopic = (typeof AUDIT_TOPICS)[number];

/** Where entries of a topic go: an {@link AuditLog}, or a file of a command that runs beside the controller. */
export interface AuditSink {
  write(entry: JsonObject): Promise<void>;
  close(): Promise<void>;
}

/** Entries held back while the database takes none; beyond them there is no room for more. */
const MOST_PENDING = 10_000;
/** Of one statement. */
const BATCH = 1_000;
/** What could not be written is tried again after so many milliseconds, if not before. */
const AGAIN = 5_000;
const TABLE = {
  table: 'audit_entry', skipExisting: true,
  columns: [{ name: 'topic', type: 'text' }, { name: 'id', type: 'text' }, { name: 'at', type: 'timestamptz' }, { name: 'recon_id', type: 'text' }, { name: 'content', type: 'jsonb' }],
};

/** The entries of one topic, written in batches in the order they came. What cannot be written is kept, and written as soon as it can. */
export class AuditLog implements AuditSink {
  readonly #database: Database;
  readonly #topic: AuditTopic;
  #pending: (readonly SqlValue[])[] = [];
  #writing: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(database: Database, topic: AuditTopic) {
    this.#database = database;
    this.#topic = topic;
  }

  /** Resolves at once while there is room, else when the database has caught up; rejects, with the entry not taken, when it cannot. */
  async write(entry: JsonObject): Promise<void> {
    while (this.#pending.length >= MOST_PENDING) await this.#drained();
    this.#pending.push(this.#rowOf(entry));
    this.#drained().catch(() => undefined);
  }

  /** Written by that transaction, with what else it does. */
  async writeWith(tx: SqlRunner, entries: readonly JsonObject[]): Promise<void> {
    await tx.insertRows(TABLE, entries.map((entry) => this.#rowOf(entry)));
  }

  /** Resolves when everything is written; rejects when it could not be. */
  async flush(): Promise<void> {
    while (this.#pending.length > 0 || this.#writing !== undefined) await this.#drained();
  }

  /** As `flush`; nothing is written any more after it. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      clearTimeout(this.#again);
    }
  }

  #rowOf(entry: JsonObject): readonly SqlValue[] {
    const { _id: id, timestamp, reconId } = entry;
    const content = { ...entry, _id: typeof id === 'string' ? id : randomUUID() };
    // jsonb holds no NUL; an id from some system may.
    const text = writeJson(content).replaceAll('\\u0000', '\\ufffd');
    return [this.#topic, content._id, typeof timestamp === 'string' ? timestamp : new Date().toISOString(), typeof reconId === 'string' ? reconId.toLowerCase() : null, text];
  }

  #drained(): Promise<void> {
    return this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    await Promise.resolve();                            // what comes in the same turn goes along
    try {
      while (this.#pending.length > 0) {
        if (this.#isClosed) throw new Error(`the audit of ${this.#topic} is closed`);
        const batch = this.#pending.slice(0, BATCH);
        await this.#database.insertRows(TABLE, batch);
        this.#pending.splice(0, batch.length);
      }
    } catch (error) {
      clearTimeout(this.#again);
      if (!this.#isClosed) this.#again = setTimeout(() => { this.#drained().catch(() => undefined); }, AGAIN).unref();
      throw error;
    } finally {
      this.#writing = undefined;
    }
  }
}
