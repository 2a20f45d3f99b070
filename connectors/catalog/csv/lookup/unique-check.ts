import { DigestTable, digestOf } from './digest-table.js';
import { MAX_TABLE_ENTRIES } from '../limits.js';

/** Notices a uid met twice, among as many as a table may hold; later ones are let through. */
export class UniqueCheck {
  readonly #table = new DigestTable();

  isRepeated(uid: string): boolean {
    const before = this.#table.size;
    if (before >= MAX_TABLE_ENTRIES) return false;
    this.#table.insert(digestOf(uid));
    return this.#table.size === before;
  }
}
