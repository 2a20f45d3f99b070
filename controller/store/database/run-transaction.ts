import { AsyncLocalStorage } from 'node:async_hooks';
import type { SqlRunner, SqlValue, Transaction } from './database.js';
import { DatabaseUnavailable, isRepeatable } from './database-errors.js';
import { insertPieces } from './insert-rows.js';

/** One connection, and nobody else's for as long as it is used. */
export interface Session {
  query<Row extends object>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Several statements, without values. */
  script(sql: string): Promise<void>;
}

const ATTEMPTS = 5;
const inside = new AsyncLocalStorage<{ isOver: boolean }>();

/** Throws inside the work of a transaction: the embedded database has one connection, and would wait for itself. */
export function requireOutsideTransaction(): void {
  if (inside.getStore()?.isOver === false) throw new Error('Inside a transaction only the transaction may be used, not the database beside it.');
}

/** `session` lends a connection for one attempt. */
export async function runTransaction<T>(lend: (use: (session: Session) => Promise<T>) => Promise<T>, work: (tx: Transaction) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await lend((session) => attemptOnce(session, work, signal));
    } catch (error) {
      if (!isRepeatable(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptOnce<T>(session: Session, work: (tx: Transaction) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const state: { isOver: boolean; failure?: { readonly error: unknown } } = { isOver: false };
  const during = async <R>(ask: () => Promise<R>): Promise<R> => {
    signal?.throwIfAborted();
    if (state.isOver) throw new Error('The transaction has ended.');
    try {
      return await ask();
    } catch (error) {
      state.failure ??= { error };
      throw error;
    }
  };
  const query: SqlRunner['query'] = (sql, values) => during(() => session.query(sql, values));
  const tx: Transaction = { query, script: (sql) => during(() => session.script(sql)), insertRows: (table, rows) => insertPieces(query, table, rows) };
  let result: T;
  try {
    await during(() => session.query('BEGIN'));
    result = await inside.run(state, () => work(tx));
    signal?.throwIfAborted();
    // After a failed statement COMMIT would roll back without a word.
    if (state.failure !== undefined) throw state.failure.error;
  } catch (error) {
    state.isOver = true;
    // The failure that counts is the first; a connection that is gone has rolled back by itself.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error instanceof DatabaseUnavailable && error === state.failure?.error ? new DatabaseUnavailable('its connection was lost, and the change that was under way is undone', { cause: error }) : error;
  }
  state.isOver = true;
  await commit(session);
  return result;
}

async function commit(session: Session): Promise<void> {
  try {
    await session.query('COMMIT');
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw new DatabaseUnavailable('the connection was lost while a change was being committed, so it may have been made or not', { outcome: 'unknown', cause: error });
    throw error;
  }
}
