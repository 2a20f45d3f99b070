import { randomUUID } from 'node:crypto';
import type { Database, SqlRunner } from '../../store/database/database.js';

/** A stored change that mappings are yet to be told of. */
export interface PendingChange {
  readonly type: string;
  readonly id: string;
  /** Of the change: a later one of the object takes its place. */
  readonly change: string;
  readonly transactionId: string;
  /** How often it was taken up again. */
  readonly tries: number;
}

/** How long one is left to whoever is at it, without a word of it; milliseconds. */
const HELD_FOR = 30_000;
/** Between the first try and the next, in milliseconds; three times as long after each. */
const PAUSE = 2_000;

/** What mappings are yet to be told of, one row an object, of all controllers. Times are the database's. */
export class PendingSync {
  readonly #database: Database;
  readonly #owner = randomUUID();
  readonly #heldFor: string;
  readonly #pause: number;

  constructor(database: Database, { heldFor = HELD_FOR, pause = PAUSE }: { readonly heldFor?: number; readonly pause?: number } = {}) {
    this.#database = database;
    this.#heldFor = `${heldFor} milliseconds`;
    this.#pause = pause;
  }

  /** In the transaction of the change. */
  async note(tx: SqlRunner, { type, id, change, transactionId }: Omit<PendingChange, 'tries'>): Promise<void> {
    await tx.query(
      `INSERT INTO managed_sync (type, id, change, transaction_id, owner, due) VALUES ($1, $2, $3, $4, $5, now() + $6::interval)
        ON CONFLICT (type, id) DO UPDATE SET change = excluded.change, transaction_id = excluded.transaction_id, owner = excluded.owner, tries = 0, due = excluded.due`,
      [type, id, change, transactionId, this.#owner, this.#heldFor]);
  }

  /** False when a later change of the object is there, or none. */
  async remove({ type, id, change }: Pick<PendingChange, 'type' | 'id' | 'change'>, runner: SqlRunner = this.#database): Promise<boolean> {
    return (await runner.query('DELETE FROM managed_sync WHERE type = $1 AND id = $2 AND change = $3 RETURNING 1 AS gone', [type, id, change])).length > 0;
  }

  /** Takes some that nobody is at. In an embedded database nobody else can be at any. */
  async take(most: number): Promise<readonly PendingChange[]> {
    const rows = await this.#database.query<{ readonly type: string; readonly id: string; readonly change: string; readonly transaction_id: string; readonly tries: number }>(
      `UPDATE managed_sync m SET owner = $1, tries = m.tries + 1, due = now() + $2::interval
        FROM (SELECT type, id FROM managed_sync WHERE due <= now() OR ($3 AND owner <> $1) ORDER BY due LIMIT $4 FOR UPDATE SKIP LOCKED) free
        WHERE m.type = free.type AND m.id = free.id RETURNING m.type, m.id, m.change, m.transaction_id, m.tries`,
      [this.#owner, this.#heldFor, this.#database.kind === 'embedded', most]);
    return rows.map(({ transaction_id: transactionId, ...row }) => ({ ...row, transactionId }));
  }

  /** It was tried in vain, and is tried again after a while. */
  async postpone({ type, id, change, tries }: PendingChange): Promise<void> {
    await this.#database.query("UPDATE managed_sync SET due = now() + $4 * interval '1 millisecond' WHERE type = $1 AND id = $2 AND change = $3", [type, id, change, this.#pause * 3 ** (tries - 1)]);
  }

  /** Says that somebody is still at these. */
  async hold(changes: readonly string[]): Promise<void> {
    await this.#database.query('UPDATE managed_sync SET due = greatest(due, now() + $2::interval) WHERE owner = $1 AND change = ANY ($3::text[])', [this.#owner, this.#heldFor, changes]);
  }
}
