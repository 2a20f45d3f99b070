import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';
import type { SqlConnection } from './connection.js';
import { translateSqlError } from './sql-errors.js';

/**
 * Work that is carried out as a whole or not at all. Where it fails before the commit the database takes it back, a lost
 * connection included; only a commit whose answer is missing leaves the outcome unknown.
 */
export async function inTransaction<T>(connection: SqlConnection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let isCommitting = false;
  try {
    if (!connection.inTransaction) await connection.begin(signal);
    const result = await work();
    isCommitting = true;
    await connection.commit(signal);
    return result;
  } catch (error) {
    if (!connection.isLost) await connection.rollback(signal).catch(() => connection.close());
    if (signal.aborted) throw error;
    const known = error instanceof ConnectorError ? error : translateSqlError(error);
    if (known === undefined) throw error;
    throw withOutcome(known, isCommitting && known.outcome === undefined ? 'unknown' : 'notApplied');
  }
}
