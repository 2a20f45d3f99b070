import { Worker } from 'node:worker_threads';
import type { SqlValue } from '../database.js';
import { DatabaseUnavailable, SqlError } from '../database-errors.js';
import { parameterText } from '../parameter-text.js';
import { databaseFiles } from './database-files.js';
import type { Asked, ThreadData, Told } from './messages.js';

/** The first start makes the database; on a slow machine that takes a while. Milliseconds. */
const START_TIME = 120_000;
const CLOSE_TIME = 10_000;

export interface EmbeddedOptions {
  /** Undefined: a database in memory. */
  readonly folder?: string | undefined;
  /** Module the thread runs. */
  readonly worker?: URL | undefined;
}

interface Waiting {
  resolve(rows: readonly object[]): void;
  reject(error: Error): void;
}

/** The thread the embedded database runs in. When it dies, whatever it was asked fails, and so does everything after. */
export class EmbeddedThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #whenEnded: (error: DatabaseUnavailable) => void;
  #nextId = 1;
  #ended: DatabaseUnavailable | undefined;
  #whenReady: ((error?: Error) => void) | undefined;

  private constructor(worker: Worker, whenEnded: (error: DatabaseUnavailable) => void) {
    this.#worker = worker;
    this.#whenEnded = whenEnded;
    worker.on('message', (told: Told) => { this.#told(told); });
    worker.on('error', (error: Error) => { this.#died(error); });
    worker.on('messageerror', (error: Error) => { this.#died(error); void worker.terminate(); });
    worker.on('exit', () => { this.#died(new Error('its thread has ended')); });
  }

  /** `whenEnded` is called once, when the thread is gone without having been closed. */
  static async start({ folder, worker: module = new URL('./embedded-worker.js', import.meta.url) }: EmbeddedOptions, whenEnded: (error: DatabaseUnavailable) => void): Promise<EmbeddedThread> {
    const files = await databaseFiles();
    const workerData: ThreadData = { folder, files };
    const worker = new Worker(module, {
      workerData, env: {}, argv: [], execArgv: [], stdout: true, stderr: true, name: 'database',
      transferList: [files.program, files.initialiser, files.data].map(({ buffer }) => buffer as ArrayBuffer),
    });
    // What it prints is not the controller's log; it must be read all the same.
    worker.stdout.resume();
    worker.stderr.resume();
    const thread = new EmbeddedThread(worker, whenEnded);
    await thread.#ready();
    return thread;
  }

  /** `values` undefined: a text of several statements. */
  async query(sql: string, values: readonly SqlValue[] | undefined): Promise<readonly object[]> {
    return this.#ask({ kind: 'query', id: this.#nextId++, sql, values: values?.map(parameterText) });
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    if (this.#ended === undefined) {
      const closed = this.#ask({ kind: 'close', id: this.#nextId++ }).catch(() => undefined);
      const late = new Promise<void>((resolve) => { setTimeout(resolve, CLOSE_TIME).unref(); });
      this.#ended = new DatabaseUnavailable('it is closed');
      await Promise.race([closed, late]);
    }
    await this.#worker.terminate().catch(() => undefined);
  }

  /** As if the thread had crashed; for tests of what happens then. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<readonly object[]> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject });
      this.#worker.postMessage(asked);
    });
  }

  async #ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#whenReady = (error) => { if (error === undefined) resolve(); else reject(error); };
        timer = setTimeout(() => { reject(new DatabaseUnavailable(`it was not ready after ${START_TIME} ms`)); }, START_TIME);
      });
    } catch (error) {
      this.#ended ??= error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable('it did not start', { cause: error });
      await this.#worker.terminate();
      throw this.#ended;
    } finally {
      clearTimeout(timer);
      this.#whenReady = undefined;
    }
  }

  #told(told: Told): void {
    if (told.kind === 'ready') return this.#whenReady?.();
    if (told.kind === 'unusable') return this.#whenReady?.(new DatabaseUnavailable(told.reason));
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    switch (told.kind) {
      case 'rows': return waiting?.resolve(told.rows);
      case 'refused': return waiting?.reject(new SqlError(told.failure));
      case 'broken':
        waiting?.reject(new DatabaseUnavailable(told.reason, { outcome: 'unknown' }));
        // What state it is in nobody knows; a new thread reads its files anew.
        void this.#worker.terminate();
    }
  }

  #died(error: Error): void {
    const wasUp = this.#ended === undefined && this.#whenReady === undefined;
    this.#ended ??= new DatabaseUnavailable(error.message, { outcome: 'unknown', cause: error });
    this.#whenReady?.(this.#ended);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
    if (wasUp) this.#whenEnded(this.#ended);
  }
}
