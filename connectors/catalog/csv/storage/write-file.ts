import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileMoved, hasCode } from '../errors.js';
import { identityOf, sameContent, type FileIdentity } from './file-identity.js';
import { COPY_BYTES } from '../limits.js';
import type { SteadyFile } from './steady-file.js';

/** A stretch of the old file, or new bytes. */
export type Piece = { readonly from: number; readonly to: number } | Buffer;

/** Beside the file, so that it can be renamed over it. Hidden, and never taken for a historical copy. */
export function temporaryPath(path: string, purpose: 'rewrite' | 'snapshot' | 'test'): string {
  return join(dirname(path), `.${basename(path)}.${purpose}-${randomBytes(6).toString('hex')}.tmp`);
}

const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** Removes temporary files of processes that died: after a day, or at once where who calls is the only writer. */
export async function removeAbandoned(path: string, onlyWriter = false): Promise<void> {
  const prefix = `.${basename(path)}.`;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const abandoned = join(dirname(path), name);
    const stats = await stat(abandoned).catch(() => undefined);
    const ours = onlyWriter && name.startsWith(`${prefix}rewrite-`);
    if (stats !== undefined && (ours || Date.now() - stats.mtimeMs > ABANDONED_MS)) await unlink(abandoned).catch(() => undefined);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

async function identityAt(path: string): Promise<FileIdentity> {
  return identityOf(await stat(path, { bigint: true }));
}

async function requireUnmoved(path: string, expected: FileIdentity): Promise<void> {
  if (!sameContent(await identityAt(path), expected)) throw new FileMoved();
}

/**
 * Adds bytes at the end of the file, in append mode so that nothing another program adds at the same time can be
 * overwritten, and syncs them. Bytes that did not fit are taken back. Answers the identity before and after.
 */
export async function appendTo(path: string, expected: FileIdentity, bytes: Buffer): Promise<{ readonly before: FileIdentity; readonly after: FileIdentity }> {
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND);
  try {
    const before = identityOf(await handle.stat({ bigint: true }));
    if (!sameContent(before, expected)) throw new FileMoved();
    try {
      await writeAll(handle, bytes);
      await handle.datasync();
    } catch (error) {
      const now = identityOf(await handle.stat({ bigint: true }));
      if (now.size > before.size && now.size <= before.size + bytes.length) await handle.truncate(before.size);
      throw error;
    }
    return { before, after: identityOf(await handle.stat({ bigint: true })) };
  } finally {
    await handle.close();
  }
}

/** Copies a file's bytes as they were at opening, checked for changes on the way. */
async function copyRange(source: SteadyFile, target: FileHandle, from: number, to: number, signal: AbortSignal | undefined): Promise<void> {
  for (let at = from; at < to;) {
    signal?.throwIfAborted();
    const bytes = await source.read(at, Math.min(to - at, COPY_BYTES));
    await writeAll(target, bytes);
    at += bytes.length;
  }
}

/** Keeps mode and owner. Only root may give files away; then the group is still kept where the agent belongs to it. */
async function likeOriginal(target: FileHandle, source: SteadyFile): Promise<void> {
  if (process.platform === 'win32') return;
  const { uid, gid } = source.owner;
  const stats = await target.stat();
  if (stats.uid !== uid || stats.gid !== gid) {
    try {
      await target.chown(uid, gid);
    } catch (error) {
      if (!hasCode(error, 'EPERM')) throw error;
      await target.chown(stats.uid, gid).catch(() => undefined);
    }
  }
  await target.chmod(source.mode);
}

/** Writes pieces to a new file at `path` and syncs it. Removes it again when that fails. */
export async function writePieces(path: string, source: SteadyFile, pieces: readonly Piece[], signal?: AbortSignal): Promise<void> {
  const target = await open(path, 'wx', 0o600);
  try {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) await writeAll(target, piece);
      else await copyRange(source, target, piece.from, piece.to, signal);
    }
    await source.verify();
    await likeOriginal(target, source);
    await target.sync();
  } catch (error) {
    await target.close();
    await unlink(path).catch(() => undefined);
    throw error;
  }
  await target.close();
}

/** Windows refuses while another program has the file open without sharing; that is usually over soon. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (process.platform !== 'win32' || attempt >= 20 || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Makes a rename last; not every file system can sync a directory. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dirname(path), 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Gives a finished file its name. */
export async function moveInto(path: string, temporary: string): Promise<void> {
  await renameOver(temporary, path);
  await syncDirectory(path);
}

/**
 * Replaces the file by `pieces` of it and new bytes: written beside it, synced, renamed over it unless somebody changed
 * the original meanwhile. Readers keep the old content until they close it. Answers the identity of the new file;
 * undefined when another program replaced it at once.
 */
export async function replaceBy(path: string, source: SteadyFile, pieces: readonly Piece[], stillAllowed: () => Promise<void>): Promise<FileIdentity | undefined> {
  const temporary = temporaryPath(path, 'rewrite');
  await writePieces(temporary, source, pieces);
  try {
    const written = await identityAt(temporary);
    await stillAllowed();
    await requireUnmoved(path, source.identity);
    await moveInto(path, temporary);
    const now = await identityAt(path).catch(() => undefined);
    return now !== undefined && sameContent(now, written) ? now : undefined;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
