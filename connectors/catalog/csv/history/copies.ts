import { readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { SyncToken } from '../../../../protocol/model/index.js';
import type { DataFile } from '../storage/data-file.js';
import { hasCode } from '../errors.js';
import { identityOf, untouched, type FileIdentity } from '../storage/file-identity.js';
import { COPY_BYTES } from '../limits.js';
import { SteadyFile } from '../storage/steady-file.js';
import { moveInto, removeAbandoned, temporaryPath, writePieces } from '../storage/write-file.js';

/**
 * Historical copies, as the Java connector keeps them: `<file>.<token>` beside the file, the token being the file's
 * modification time in milliseconds, in 13 digits.
 */
const TOKEN = /^\d{13}$/;
const FIRST_TOKEN = 10 ** 12;

export function copyPath(file: DataFile, token: number): string {
  return `${file.path}.${token}`;
}

/** The token's value as text; empty for one that can be no token of ours. */
export function tokenText({ value }: SyncToken): string {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

export function isRevision(text: string): boolean {
  return TOKEN.test(text);
}

export function tokenOf(token: number): SyncToken {
  return { value: BigInt(token) };
}

/** Tokens of the copies there are, oldest first. */
export async function copies(file: DataFile): Promise<number[]> {
  const prefix = `${basename(file.path)}.`;
  const names = await readdir(dirname(file.path));
  return names.filter((name) => name.startsWith(prefix) && TOKEN.test(name.slice(prefix.length))).map((name) => Number(name.slice(prefix.length))).sort((a, b) => a - b);
}

/** A private copy of the file as it is now, taken in one consistent read. */
export interface Snapshot {
  readonly path: string;
  /** The original at that time. */
  readonly identity: FileIdentity;
  /** When it was taken, in milliseconds. */
  readonly taken: number;
}

/** File systems keep times in ticks of up to two seconds; within one, a change may not show. */
const TICK_MS = 2000;

function modifiedAt({ modified }: FileIdentity): number {
  return Number(modified / 1_000_000n);
}

export async function takeSnapshot(file: DataFile, signal: AbortSignal): Promise<Snapshot> {
  signal.throwIfAborted();
  const taken = Date.now();
  const source = await SteadyFile.open(file.path, file);
  try {
    const path = temporaryPath(file.path, 'snapshot');
    await writePieces(path, source, [{ from: 0, to: source.size }], signal);
    return { path, identity: source.identity, taken };
  } finally {
    await source.close();
  }
}

export async function dropSnapshot({ path }: Snapshot): Promise<void> {
  await unlink(path).catch(() => undefined);
}

async function sameBytes(first: string, second: string): Promise<boolean> {
  const a = await SteadyFile.open(first);
  try {
    const b = await SteadyFile.open(second);
    try {
      if (a.size !== b.size) return false;
      for (let at = 0; at < a.size; at += COPY_BYTES) {
        if (!(await a.read(at, COPY_BYTES)).equals(await b.read(at, COPY_BYTES))) return false;
      }
      return true;
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

/**
 * Makes a snapshot the newest historical copy; answers its token. Where the newest copy has the same bytes it stays and
 * the snapshot goes. Tokens always grow, even where the file's time was set back.
 */
export function keepCopy(file: DataFile, snapshot: Snapshot): Promise<number> {
  return file.withCopies(async () => {
    const newest = (await copies(file)).at(-1);
    if (newest !== undefined && await sameBytes(copyPath(file, newest), snapshot.path)) {
      await dropSnapshot(snapshot);
      return newest;
    }
    const token = Math.max(FIRST_TOKEN, modifiedAt(snapshot.identity), (newest ?? 0) + 1);
    await moveInto(copyPath(file, token), snapshot.path);
    return token;
  });
}

/** Keeps the newest `count` copies, those `needed` among them, and removes the others. */
export function prune(file: DataFile, count: number, needed: readonly number[]): Promise<void> {
  return file.withCopies(async () => {
    const others = (await copies(file)).filter((token) => !needed.includes(token));
    const surplus = others.slice(0, Math.max(0, others.length - Math.max(0, count - needed.length)));
    for (const token of surplus) await unlink(copyPath(file, token)).catch(() => undefined);
    await removeAbandoned(file.path);
  });
}

/**
 * Whether the file surely is what the token's copy holds, so that nothing needs to be compared: by time and size where
 * the copy was made well after the change, or because a comparison found no difference and nobody touched it since.
 */
export async function isUnchanged(file: DataFile, token: number): Promise<boolean> {
  const now = identityOf(await stat(file.path, { bigint: true }));
  const { settled } = file;
  if (settled?.token === token && untouched(settled.identity, now)) return true;
  const copy = await stat(copyPath(file, token));
  return modifiedAt(now) === token && now.size === copy.size && copy.mtimeMs - modifiedAt(now) > TICK_MS;
}

/** Notes that a comparison with the token's copy found no difference. */
export function noteUnchanged(file: DataFile, token: number, { identity, taken }: Snapshot): void {
  if (taken - modifiedAt(identity) > TICK_MS) file.settled = { token, identity };
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, (error: unknown) => {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  });
}
