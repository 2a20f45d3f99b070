import { createHash } from 'node:crypto';

/** Bytes. An entry of a B-tree has 2,704 at most, shared by the columns of its index: https://www.postgresql.org/docs/current/btree.html */
const LONGEST = 1_000;

/** A text that an index can hold: itself, or what stands for a long one. For comparison by equality alone. */
export function indexable(text: string): string {
  return text.length * 3 <= LONGEST || Buffer.byteLength(text) <= LONGEST ? text : `sha256 ${createHash('sha256').update(text).digest('hex')}`;
}
