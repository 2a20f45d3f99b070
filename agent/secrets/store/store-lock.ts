import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretError } from '../secret-error.js';
import { codeOf } from '../sources/read-file.js';
import { draftOf, makeDirectory } from './write-whole.js';

/** Milliseconds. A writer holds the lock for some milliseconds. */
const WAIT = 10_000;
const PAUSE = 10;
/** A lock that does not say whose it is (emptied by a power cut) counts as left behind after this. */
const ABANDONED = 5_000;

interface Holder { readonly id: string; readonly pid: number }

/** Runs `work` while no other process changes the store. The lock of a process that is gone is taken over. */
export async function withStoreLock<T>(storePath: string, work: () => Promise<T>): Promise<T> {
  const path = `${storePath}.lock`;
  await makeDirectory(dirname(path));
  const id = randomUUID();
  const deadline = performance.now() + WAIT;
  while (!(await create(path, id))) {
    if (await isAbandoned(path)) await takeAway(path);
    else if (performance.now() > deadline) throw new SecretError(`The secret store is being changed by process ${(await holderOf(path))?.pid ?? '?'}, which holds ${path}. Try again; if there is no such process, remove that file.`);
    else await sleep(PAUSE + Math.random() * PAUSE);
  }
  try {
    if (await isAbandoned(guardOf(path))) await rm(guardOf(path), { force: true });
    return await work();
  } finally {
    if ((await holderOf(path))?.id === id) await rm(path, { force: true });
  }
}

/** Appears with its content, so that whoever is cut off at any point leaves a lock that says whose it was, or none. */
async function create(path: string, id: string): Promise<boolean> {
  if (await stat(path).catch(() => undefined) !== undefined) return false;
  const draft = draftOf(path, id);
  try {
    await writeFile(draft, JSON.stringify({ id, pid: process.pid } satisfies Holder), { flag: 'wx', mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (error) {
    // ENOENT: the holder took the draft for one that was left behind.
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false;
    throw new SecretError(`The secret store cannot be changed: ${path} cannot be made (${codeOf(error)}).`);
  } finally {
    await rm(draft, { force: true });
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Partial<Holder> | null;
    return typeof holder?.id === 'string' && typeof holder.pid === 'number' ? { id: holder.id, pid: holder.pid } : undefined;
  } catch {
    return undefined;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  if (holder !== undefined) return !isAlive(holder.pid);
  const written = await stat(path).catch(() => undefined);
  return written !== undefined && Date.now() - written.mtimeMs > ABANDONED;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function guardOf(path: string): string {
  return `${path}.taking`;
}

/**
 * A guard makes sure that only one process removes the lock, and that it is still the one that was judged. The next
 * holder removes a guard whose maker was cut off.
 */
async function takeAway(path: string): Promise<void> {
  const guard = guardOf(path);
  if (!(await create(guard, randomUUID()))) {
    const made = await stat(guard).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > ABANDONED) await rm(guard, { force: true });
    await sleep(PAUSE);
    return;
  }
  try {
    if (await isAbandoned(path)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
