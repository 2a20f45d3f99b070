import { duplicateUid } from '../errors.js';
import type { Row, Table } from '../format/table.js';
import type { UidIndex } from './uid-index.js';

/** Finds rows of one state of a file. Throws `connector` naming the lines when the uid is not unique. */
export interface Lookup {
  find(uid: string): Promise<Row | undefined>;
}

/** The first lines with the uid, for the message; only reads the file again when something is wrong already. */
export async function linesOf(table: Table, uid: string, signal: AbortSignal): Promise<number[]> {
  const lines: number[] = [];
  for await (const rows of table.batches(signal)) {
    for (const row of rows) if (row.uid === uid && lines.length < 10) lines.push(row.line);
  }
  return lines;
}

export function indexedLookup(index: UidIndex, table: Table, signal: AbortSignal): Lookup {
  return {
    async find(uid) {
      const offset = index.find(uid);
      if (offset === 'duplicate') throw duplicateUid(table.path, uid, await linesOf(table, uid, signal));
      return offset === undefined ? undefined : table.rowAt(offset);
    },
  };
}

/** For files too large for an index: one pass that picks out the rows asked for. Other uids are not to be asked. */
export async function scannedLookup(table: Table, wanted: ReadonlySet<string>, signal: AbortSignal): Promise<Lookup> {
  const found = new Map<string, Row[]>();
  for await (const rows of table.batches(signal)) {
    for (const row of rows) {
      if (!wanted.has(row.uid)) continue;
      const known = found.get(row.uid);
      if (known === undefined) found.set(row.uid, [row]);
      else if (known.length < 10) known.push(row);
    }
  }
  return {
    async find(uid) {
      if (!wanted.has(uid)) throw new Error('A uid was looked up that was not announced.');
      const rows = found.get(uid) ?? [];
      if (rows.length > 1) throw duplicateUid(table.path, uid, rows.map((row) => row.line));
      return rows[0];
    },
  };
}
