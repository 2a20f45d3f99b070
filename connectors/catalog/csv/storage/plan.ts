import { ConnectorError } from '../../../../protocol/model/index.js';
import { newlineFor } from '../format/dialect.js';
import { unknownUid } from '../errors.js';
import type { Lookup } from '../lookup/row-lookup.js';
import { encodeRecord } from '../format/record-writer.js';
import type { Row, Table } from '../format/table.js';
import type { Edit } from '../lookup/uid-index.js';

/** A row as it will be. Without `origin` it is new; without `fields` it is removed. */
interface PlannedRow {
  readonly origin: Row | undefined;
  fields: readonly string[] | undefined;
  uid: string;
}

export interface NewRecord {
  readonly uid: string;
  readonly bytes: Buffer;
}

/** What several changes, applied one after the other, make of a table. Nothing is written here. */
export class Plan {
  readonly table: Table;
  readonly #lookup: Lookup;
  readonly #rows: PlannedRow[] = [];
  /** Who has a uid now; undefined when nobody has it any more. */
  readonly #byUid = new Map<string, PlannedRow | undefined>();

  constructor(table: Table, lookup: Lookup) {
    this.table = table;
    this.#lookup = lookup;
  }

  /** The fields of the row with this uid. Throws `unknownUid`. */
  async fieldsOf(uid: string): Promise<readonly string[]> {
    return (await this.#existing(uid)).fields;
  }

  /** Throws `alreadyExists`. */
  async create(uid: string, fields: readonly string[]): Promise<void> {
    await this.#requireFree(uid);
    encodeRecord(fields, this.table.dialect);
    this.#own({ origin: undefined, fields, uid });
  }

  /** Throws `unknownUid`, and `alreadyExists` when the row is renamed to a uid that is taken. */
  async replace(uid: string, newUid: string, fields: readonly string[]): Promise<void> {
    const { row } = await this.#existing(uid);
    if (newUid !== uid) await this.#requireFree(newUid);
    encodeRecord(fields, this.table.dialect);
    this.#byUid.set(uid, undefined);
    row.fields = fields;
    row.uid = newUid;
    this.#byUid.set(newUid, row);
  }

  /** Throws `unknownUid`. */
  async remove(uid: string): Promise<void> {
    const { row } = await this.#existing(uid);
    row.fields = undefined;
    this.#byUid.set(uid, undefined);
  }

  /** Changes to rows of the file, in file order; rows that stay as they were are left out. */
  async edits(): Promise<Edit[]> {
    const edits: Edit[] = [];
    for (const { origin, fields, uid } of this.#rows) {
      if (origin === undefined || (fields !== undefined && sameFields(fields, origin.fields))) continue;
      const replacement = fields === undefined ? Buffer.alloc(0) : await this.#replacement(origin, fields);
      edits.push({ start: origin.offset, end: origin.end, replacement, oldUid: origin.uid, newUid: fields === undefined ? undefined : uid });
    }
    return edits.sort((a, b) => a.start - b.start);
  }

  /** Records to add at the end of the file, in the order of their creation. */
  additions(): NewRecord[] {
    const newline = newlineFor(this.table.dialect, this.table.headerTerminator);
    return this.#rows.flatMap(({ origin, fields, uid }) => {
      if (origin !== undefined || fields === undefined) return [];
      return [{ uid, bytes: Buffer.concat([encodeRecord(fields, this.table.dialect), newline]) }];
    });
  }

  /** A changed record keeps its own terminator. */
  async #replacement(origin: Row, fields: readonly string[]): Promise<Buffer> {
    const terminator = await this.table.file.read(origin.contentEnd, origin.end - origin.contentEnd);
    return Buffer.concat([encodeRecord(fields, this.table.dialect), terminator]);
  }

  async #find(uid: string): Promise<PlannedRow | undefined> {
    if (this.#byUid.has(uid)) return this.#byUid.get(uid);
    const origin = await this.#lookup.find(uid);
    if (origin === undefined) return undefined;
    const row: PlannedRow = { origin, fields: origin.fields, uid };
    this.#own(row);
    return row;
  }

  #own(row: PlannedRow): void {
    this.#rows.push(row);
    this.#byUid.set(row.uid, row);
  }

  async #existing(uid: string): Promise<{ readonly row: PlannedRow; readonly fields: readonly string[] }> {
    const row = await this.#find(uid);
    if (row?.fields === undefined) throw unknownUid(this.table.path, uid);
    return { row, fields: row.fields };
  }

  async #requireFree(uid: string): Promise<void> {
    if (await this.#find(uid) !== undefined) {
      throw new ConnectorError('alreadyExists', `${this.table.path} has a row with the uid ${uid} already.`);
    }
  }
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, index) => field === b[index]);
}
