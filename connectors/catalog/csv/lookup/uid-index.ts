import { DigestTable, digestOf } from './digest-table.js';
import { MAX_TABLE_ENTRIES } from '../limits.js';
import type { Table } from '../format/table.js';

/** One changed stretch of a file. */
export interface Edit {
  /** Offsets of the old record, terminator included. */
  readonly start: number;
  readonly end: number;
  /** New bytes, terminator included; empty removes the record. */
  readonly replacement: Buffer;
  readonly oldUid: string;
  /** Undefined when the record is removed. */
  readonly newUid: string | undefined;
}

export interface Appended {
  readonly uid: string;
  /** Offset at which the record starts. */
  readonly offset: number;
}

const GONE = 0;
const LIVE = 1;
const DUPLICATE = 2;
const WORD = 2 ** 32;

/** Where the row of each uid starts. Knows every uid of one state of one file, and follows our own changes to it. */
export class UidIndex {
  #table = new DigestTable();
  #gone = 0;

  private constructor() {}

  /** Reads the whole table. Undefined when it has more rows than an index may hold. */
  static async build(table: Table, signal: AbortSignal): Promise<UidIndex | undefined> {
    const index = new UidIndex();
    for await (const rows of table.batches(signal)) {
      for (const { uid, offset } of rows) index.#add(uid, offset);
      if (index.#table.size > MAX_TABLE_ENTRIES) return undefined;
    }
    return index;
  }

  get byteLength(): number {
    return this.#table.byteLength;
  }

  /** Offset of the row; undefined when there is none. */
  find(uid: string): number | 'duplicate' | undefined {
    const slot = this.#table.find(digestOf(uid));
    const state = slot < 0 ? GONE : this.#table.get(slot, 2);
    if (state === GONE) return undefined;
    return state === DUPLICATE ? 'duplicate' : this.#offset(slot);
  }

  /** Follows a rewrite. `edits` are in file order. */
  rewritten(edits: readonly Edit[], appended: readonly Appended[]): void {
    const renamed = edits.filter(({ oldUid, newUid }) => newUid !== oldUid);
    for (const { oldUid } of renamed) this.#remove(oldUid);
    const shift = shiftOf(edits);
    for (const slot of this.#table.slots()) this.#place(slot, this.#offset(slot) + shift(this.#offset(slot)));
    for (const { start, newUid } of renamed) if (newUid !== undefined) this.#add(newUid, start + shift(start));
    this.appended(appended);
  }

  appended(records: readonly Appended[]): void {
    for (const { uid, offset } of records) this.#add(uid, offset);
    if (this.#gone * 2 > this.#table.size && this.#table.size > 1024) this.#compact();
  }

  #add(uid: string, offset: number): void {
    const slot = this.#table.insert(digestOf(uid));
    this.#table.set(slot, 2, this.#table.get(slot, 2) === GONE ? LIVE : DUPLICATE);
    this.#place(slot, offset);
  }

  #remove(uid: string): void {
    const slot = this.#table.find(digestOf(uid));
    if (slot < 0) return;
    this.#table.set(slot, 2, GONE);
    this.#gone++;
  }

  #offset(slot: number): number {
    return this.#table.get(slot, 1) * WORD + this.#table.get(slot, 0);
  }

  #place(slot: number, offset: number): void {
    this.#table.set(slot, 0, offset % WORD);
    this.#table.set(slot, 1, Math.floor(offset / WORD));
  }

  #compact(): void {
    this.#table = this.#table.compacted((slot) => this.#table.get(slot, 2) !== GONE);
    this.#gone = 0;
  }
}

/** How far a record that starts at an offset moves: the sum of the changes before it. */
function shiftOf(edits: readonly Edit[]): (offset: number) => number {
  const starts = edits.map((edit) => edit.start);
  const sums = [0];
  for (const { start, end, replacement } of edits) sums.push((sums.at(-1) ?? 0) + replacement.length - (end - start));
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? 0;
  };
}
