import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Call } from '../../../framework/spi.js';
import { trimmed } from '../format/columns.js';
import { DigestTable, digestOf, type Digest } from '../lookup/digest-table.js';
import { duplicateUid } from '../errors.js';
import { MAX_TABLE_ENTRIES } from '../limits.js';
import { linesOf } from '../lookup/row-lookup.js';
import type { Row, Table } from '../format/table.js';

/** The call a comparison is made for: it may take minutes before there is anything to tell. */
type Work = Pick<Call, 'signal' | 'progress'>;

/** Rows of a table, some at a time; says each time that work goes on. */
async function* rowsOf(table: Table, { signal, progress }: Work): AsyncGenerator<readonly Row[], void, void> {
  for await (const rows of table.batches(signal)) {
    progress?.();
    yield rows;
  }
}

/** One difference between two states of a file. */
export type Difference =
  | { readonly kind: 'deleted'; readonly uid: string }
  | { readonly kind: 'created' | 'updated'; readonly uid: string; readonly row: Row };

/** Rows compare by their trimmed cells in the order of the new file's columns, so reordered columns are no change. */
function fingerprint(row: Row, order: readonly number[]): Digest {
  return digestOf(JSON.stringify(order.map((index) => trimmed(row.fields[index] ?? ''))));
}

/** Index in `old` of each column of `now`. Throws `connector`, as Java does, when the columns are not the same. */
function columnOrder(old: Table, now: Table): number[] {
  const added = now.columns.headers.filter((header) => !old.columns.headers.includes(header));
  const removed = old.columns.headers.filter((header) => !now.columns.headers.includes(header));
  if (added.length + removed.length > 0) {
    const list = (headers: readonly string[]): string => headers.length === 0 ? 'none' : headers.join(', ');
    throw new ConnectorError('connector', `Headers do not match: since the last synchronization of ${now.path}, columns were added (${list(added)}) or removed (${list(removed)}). Adapt the object properties of the connector configuration, run a reconciliation, and reset the sync token.`);
  }
  return now.columns.headers.map((header) => old.columns.headers.indexOf(header));
}

/** Uids that fall to one of several passes over files too large for one table. */
class Share {
  readonly #number: number;
  readonly #of: number;

  constructor(number: number, of: number) {
    this.#number = number;
    this.#of = of;
  }

  has(key: Digest): boolean {
    return this.#of === 1 || key.c % this.#of === this.#number;
  }
}

/**
 * What one pass knows of each uid: the fingerprint of its old row (two words), and one of these (one word). A row that is
 * reported becomes SAME, so that the passes that report can stop when nothing is left.
 */
const OLD_ONLY = 1;
const SAME = 2;
const CHANGED = 3;
const NEW = 4;

/** What is left to report of one pass. */
interface Findings {
  readonly table: DigestTable;
  deleted: number;
  present: number;
}

/** Undefined when there are more rows than fit. */
async function remember(old: Table, order: readonly number[], share: Share, limit: number, work: Work): Promise<DigestTable | undefined> {
  const table = new DigestTable();
  for await (const rows of rowsOf(old, work)) {
    for (const row of rows) {
      const key = digestOf(row.uid);
      if (!share.has(key)) continue;
      const before = table.size;
      const slot = table.insert(key);
      const print = fingerprint(row, order);
      // A uid that was not unique then is no reason to fail once it is: such a row counts as changed.
      table.set(slot, 0, table.size === before ? ~table.get(slot, 0) : print.b);
      table.set(slot, 1, print.c);
      table.set(slot, 2, OLD_ONLY);
    }
    if (table.size > limit) return undefined;
  }
  return table;
}

/** Compares the new rows with the remembered ones. Undefined when there are more than fit. */
async function compare(now: Table, table: DigestTable, share: Share, limit: number, work: Work): Promise<Findings | undefined> {
  const order = now.columns.headers.map((_, index) => index);
  let deleted = table.size;
  let present = 0;
  for await (const rows of rowsOf(now, work)) {
    for (const row of rows) {
      const key = digestOf(row.uid);
      if (!share.has(key)) continue;
      const slot = table.insert(key);
      const before = table.get(slot, 2);
      if (before > OLD_ONLY) throw duplicateUid(now.path, row.uid, await linesOf(now, row.uid, work.signal));
      const print = fingerprint(row, order);
      const same = before === OLD_ONLY && print.b === table.get(slot, 0) && print.c === table.get(slot, 1);
      table.set(slot, 2, same ? SAME : before === OLD_ONLY ? CHANGED : NEW);
      if (before === OLD_ONLY) deleted--;
      if (!same) present++;
    }
    if (table.size > limit) return undefined;
  }
  return { table, deleted, present };
}

async function* deletions(old: Table, findings: Findings, share: Share, work: Work): AsyncGenerator<Difference, void, void> {
  const { table } = findings;
  if (findings.deleted === 0) return;
  for await (const rows of rowsOf(old, work)) {
    for (const { uid } of rows) {
      const key = digestOf(uid);
      const slot = share.has(key) ? table.find(key) : -1;
      if (slot < 0 || table.get(slot, 2) !== OLD_ONLY) continue;
      table.set(slot, 2, SAME);
      yield { kind: 'deleted', uid };
      if (--findings.deleted === 0) return;
    }
  }
}

async function* changes(now: Table, findings: Findings, share: Share, work: Work): AsyncGenerator<Difference, void, void> {
  const { table } = findings;
  if (findings.present === 0) return;
  for await (const rows of rowsOf(now, work)) {
    for (const row of rows) {
      const key = digestOf(row.uid);
      const state = share.has(key) ? table.get(table.find(key), 2) : SAME;
      if (state === SAME) continue;
      yield { kind: state === NEW ? 'created' : 'updated', uid: row.uid, row };
      if (--findings.present === 0) return;
    }
  }
}

async function countRows(table: Table, work: Work): Promise<number> {
  let rows = 0;
  for await (const batch of rowsOf(table, work)) rows += batch.length;
  return rows;
}

async function findingsOf(old: Table, now: Table, order: readonly number[], share: Share, limit: number, work: Work): Promise<Findings | undefined> {
  const table = await remember(old, order, share, limit, work);
  return table && compare(now, table, share, limit, work);
}

/**
 * What changed between two states, deletions first as the Java connector has it. Memory is bounded: one table of at most
 * about `limit` uids of 24 bytes; files with more are compared in several passes, each over its share of the uids.
 */
export async function* differences(old: Table, now: Table, work: Work, limit = MAX_TABLE_ENTRIES): AsyncGenerator<Difference, void, void> {
  const order = columnOrder(old, now);
  const all = new Share(0, 1);
  const whole = await findingsOf(old, now, order, all, limit, work);
  if (whole !== undefined) {
    yield* deletions(old, whole, all, work);
    yield* changes(now, whole, all, work);
    return;
  }
  const passes = Math.ceil((await countRows(old, work) + await countRows(now, work)) / limit);
  for (let pass = 0; pass < passes; pass++) {
    const share = new Share(pass, passes);
    const findings = await findingsOf(old, now, order, share, Number.MAX_SAFE_INTEGER, work);
    if (findings === undefined) return;
    yield* deletions(old, findings, share, work);
    yield* changes(now, findings, share, work);
  }
}
