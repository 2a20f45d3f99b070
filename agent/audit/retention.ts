import { rm } from 'node:fs/promises';
import { auditFileName, factsOf, listAuditFiles, type AuditFileEntry } from './audit-files.js';
import type { LineFields } from './audit-line.js';

/** Kind of the line that says which files retention takes away; a verifier knows by it that nobody else did. */
export const FILES_REMOVED = 'files-removed';

const DAY_MS = 86_400_000;

/** Undefined: no limit of that kind. */
export interface RetentionLimits {
  readonly keepFiles?: number | undefined;
  readonly keepDays?: number | undefined;
  /** Bytes of all files together. */
  readonly keepSize?: number | undefined;
}

export interface KeptFile extends AuditFileEntry {
  readonly size: number;
  /** Milliseconds since 1970: of its last line. */
  readonly changed: number;
}

export interface Removal {
  readonly files: readonly KeptFile[];
  /** Some of them had lines that were not shipped; only `keepSize` does that. */
  readonly isUnshipped: boolean;
}

/** Which of the files, oldest first, have to go. `unshippedFrom`: the first file with lines that are still to be shipped. */
export function filesToRemove(files: readonly KeptFile[], limits: RetentionLimits, unshippedFrom: number, now: number): Removal {
  const { keepFiles = Number.POSITIVE_INFINITY, keepDays = Number.POSITIVE_INFINITY, keepSize = Number.POSITIVE_INFINITY } = limits;
  let total = files.reduce((sum, { size }) => sum + size, 0);
  let left = files.length;
  const removed: KeptFile[] = [];
  for (const file of files.slice(0, -1)) {              // never the one that is written
    const isShipped = file.number < unshippedFrom;
    const isOld = left > keepFiles || now - file.changed > keepDays * DAY_MS;
    if (total <= keepSize && !(isOld && isShipped)) break;
    removed.push(file);
    total -= file.size;
    left -= 1;
  }
  return { files: removed, isUnshipped: removed.some(({ number }) => number >= unshippedFrom) };
}

/** Removes what has to go. `tell` writes the line about it, and resolves when it is on disk: only then files are removed. */
export async function applyRetention(directory: string, limits: RetentionLimits, unshippedFrom: number, tell: (fields: LineFields) => Promise<boolean>): Promise<Removal> {
  const files = await Promise.all((await listAuditFiles(directory)).map(async (file) => ({ ...file, ...await factsOf(file.path) })));
  const removal = filesToRemove(files, limits, unshippedFrom, Date.now());
  const last = removal.files.at(-1);
  if (last === undefined) return removal;
  const detail = { files: removal.files.map(({ number }) => auditFileName(number)), unshipped: removal.isUnshipped };
  if (!(await tell({ kind: FILES_REMOVED, through: last.number, detail }))) return { files: [], isUnshipped: false };
  for (const { path } of removal.files) await rm(path, { force: true });
  return removal;
}
