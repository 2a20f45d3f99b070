import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretError } from '../secret-error.js';
import { codeOf } from '../sources/read-file.js';
import { makeDirectory } from './write-whole.js';

/** Milliseconds. A writer holds the lock for some milliseconds. */
const WAIT = 10_000;
const PAUSE = 10;
/** A lock whose writer cannot be asked (it was cut off before it wrote its number) counts as left behind after this. */
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
    return await work();
  } finally {
    if ((await holderOf(path))?.id === id) await rm(path, { force: true });
  }
}

async function create(path: string, id: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify({ id, pid: process.pid } satisfies Holder));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new SecretError(`The secret store cannot be changed: ${path} cannot be made (${codeOf(error)}).`);
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

/** A guard makes sure that only one process removes the lock, and that it is still the one that was judged. */
async function takeAway(path: string): Promise<void> {
  const guard = `${path}.taking`;
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
