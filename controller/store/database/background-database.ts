import type { Log } from '../../log.js';
import type { Database, SqlValue, StreamOptions, TableColumns, Transaction } from './database.js';
import { DatabaseRefused, DatabaseUnavailable } from './database-errors.js';

/** Opens the database and brings it to its form. `whenLost` is to be called when it cannot be used any more. */
export type OpenDatabase = (whenLost: (error: DatabaseUnavailable) => void) => Promise<Database>;

export interface BackgroundOptions {
  readonly kind: Database['kind'];
  readonly log: Log;
  /** How long what needs the database waits while it is being opened. Milliseconds. */
  readonly patience?: number;
  /** Runs `again` after so many milliseconds; answers how to take it back. */
  readonly later?: (again: () => void, milliseconds: number) => () => void;
}

const PATIENCE = 30_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

function timer(again: () => void, milliseconds: number): () => void {
  const timeout = setTimeout(again, milliseconds);
  timeout.unref();
  return () => { clearTimeout(timeout); };
}

/**
 * A database that is opened while the controller already works. What needs it waits while it is being opened, and fails with 503 and
 * the reason while it cannot be; that is tried again until it can, unless a person has to do something first.
 */
export class BackgroundDatabase implements Database {
  readonly kind: Database['kind'];
  readonly #open: OpenDatabase;
  readonly #options: BackgroundOptions;
  #opening: Promise<Database>;
  /** Known while the next attempt has not begun. */
  #failure: DatabaseUnavailable | undefined;
  #pause = FIRST_PAUSE;
  #takeBack: () => void = () => undefined;
  #isClosed = false;
  #isOpen = false;

  constructor(open: OpenDatabase, options: BackgroundOptions) {
    this.kind = options.kind;
    this.#open = open;
    this.#options = options;
    this.#opening = this.#attempt();
  }

  /** May be used at once. */
  get isOpen(): boolean {
    return this.#isOpen && this.#failure === undefined;
  }

  /** The database, once it is open. */
  async ready(): Promise<Database> {
    if (this.#failure !== undefined) throw this.#failure;
    let take: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      take = timer(() => { reject(new DatabaseUnavailable('it is still being opened; try again')); }, this.#options.patience ?? PATIENCE);
    });
    try {
      return await Promise.race([this.#opening, late]);
    } finally {
      take();
    }
  }

  async query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await this.ready()).query<Row>(sql, values);
  }

  async insertRows(table: TableColumns, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    return (await this.ready()).insertRows(table, rows);
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return (await this.ready()).transaction(work, signal);
  }

  async* stream<Row extends object>(sql: string, values: readonly SqlValue[], options: StreamOptions): AsyncGenerator<readonly Row[], void, void> {
    yield* (await this.ready()).stream<Row>(sql, values, options);
  }

  async exclusively<T>(name: string, work: (lease: AbortSignal) => Promise<T>): Promise<T | undefined> {
    return (await this.ready()).exclusively(name, work);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#takeBack();
    const database = await this.#opening.catch(() => undefined);
    this.#failure = new DatabaseUnavailable('it is closed');
    await database?.close();
  }

  #attempt(): Promise<Database> {
    const opening = this.#open((error) => { this.#lost(error); });
    opening.then(() => {
      this.#pause = FIRST_PAUSE;
      this.#isOpen = true;
      this.#options.log.info({ database: this.kind }, 'the database is open');
    }, (error: unknown) => { this.#failed(error); });
    return opening;
  }

  #failed(error: unknown): void {
    this.#failure = error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(error instanceof Error ? error.message : 'unknown reason', { cause: error });
    if (this.#isClosed) return;
    const { log } = this.#options;
    const reason = this.#failure.message;
    if (this.#failure instanceof DatabaseRefused) return log.error({ database: this.kind, reason }, 'the database cannot be used until this is put right and the controller is started again');
    log.error({ database: this.kind, reason, nextAttempt: this.#pause }, 'the database could not be opened; it is tried again');
    this.#again();
  }

  #lost(error: DatabaseUnavailable): void {
    if (this.#isClosed) return;
    this.#failure = error;
    this.#isOpen = false;
    this.#options.log.error({ database: this.kind, reason: error.message }, 'the database was lost; it is opened again');
    this.#again();
  }

  #again(): void {
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE);
    this.#takeBack = (this.#options.later ?? timer)(() => {
      if (this.#isClosed) return;
      this.#failure = undefined;
      this.#opening = this.#attempt();
    }, pause);
  }
}
