import type { BigIntStats } from 'node:fs';

/** What tells one state of a file from another without reading it. Times in nanoseconds. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** Bytes. */
  readonly size: number;
  readonly modified: bigint;
  /** Inode change time: also moves when a tool restores the modification time. */
  readonly changed: bigint;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: stats.dev, inode: stats.ino, size: Number(stats.size), modified: stats.mtimeNs, changed: stats.ctimeNs };
}

export function sameInode(a: FileIdentity, b: FileIdentity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Same file with the same content, as far as its size and modification time tell. Renaming or chmod does not matter. */
export function sameContent(a: FileIdentity, b: FileIdentity): boolean {
  return sameInode(a, b) && a.size === b.size && a.modified === b.modified;
}

/** {@link sameContent}, and nothing else touched the inode either. */
export function untouched(a: FileIdentity, b: FileIdentity): boolean {
  return sameContent(a, b) && a.changed === b.changed;
}
