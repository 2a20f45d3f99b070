import type { DataFile } from '../storage/data-file.js';
import type { Layout } from '../format/dialect.js';
import type { Row, Table } from '../format/table.js';

/**
 * The row with a uid, found through the index, so that a reconciliation's many reads do not scan the file each time.
 * Throws `connector` when several rows have the uid.
 */
export async function findRow<T>(file: DataFile, layout: Layout, uid: string, signal: AbortSignal, use: (row: Row | undefined, table: Table) => T): Promise<T> {
  signal.throwIfAborted();
  const table = await file.open(layout);
  try {
    const lookup = await file.index.lookup(table, () => new Set([uid]), signal);
    return use(await lookup.find(uid), table);
  } finally {
    await table.close();
  }
}
