import type { Database, Transaction } from '../../store/database/database.js';

/** Collects what workers have done and writes it in one transaction for all that wait, so that each result costs a share of a commit. */
export class ResultWriter<Result> {
  readonly #database: Database;
  readonly #store: (tx: Transaction, results: readonly Result[]) => Promise<void>;
  #waiting: { readonly result: Result; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;

  constructor(database: Database, store: (tx: Transaction, results: readonly Result[]) => Promise<void>) {
    this.#database = database;
    this.#store = store;
  }

  /** Resolves when the result is in the database. As many wait as there are workers. */
  write(result: Result): Promise<void> {
    const written = new Promise<void>((done, failed) => { this.#waiting.push({ result, done, failed }); });
    this.#writing ??= this.#drain();
    return written;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#database.transaction((tx) => this.#store(tx, batch.map(({ result }) => result)));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = undefined;
  }
}
