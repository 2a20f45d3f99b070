import { open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { hostname } from 'node:os';
import { isDiskFull } from './disk-reserve.js';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in ticks since the machine did; tells it from a later one with the same id. Empty where unknown. */
  readonly began: string;
}

export interface DirectoryLock {
  /** Says that we are still there, to processes of other machines; call it every few seconds. */
  refresh(): Promise<void>;
  release(): Promise<void>;
}

/** A lock of another machine (a container that was replaced, say) counts for so long after it was refreshed. */
const FOREIGN_MS = 15_000;
const POLL_MS = 500;

/**
 * Takes a directory for this process: two writers would break the chain. The lock of a process that is gone is taken over.
 * Rejects naming the holder.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, 'lock');
  const deadline = performance.now() + FOREIGN_MS + 2 * POLL_MS;
  const signs = new SignsOfLife();
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.close();
      return await takenLock(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = await holderOf(path);
      if (!await isAlive(holder, path, signs)) {
        await rm(path, { force: true });
      } else if (holder?.host === hostname() || performance.now() > deadline) {
        throw new Error(`${directory} is written by ${holder === undefined ? 'another process' : `process ${holder.pid} of ${holder.host}`}: two agents cannot share an audit log. Stop that one, or choose another audit.directory.`, { cause: error });
      } else {
        await delay(POLL_MS);
      }
    }
  }
}

/** The lock that has just been made: it names us as soon as there is room for a name. */
async function takenLock(path: string): Promise<DirectoryLock> {
  const text = JSON.stringify({ pid: process.pid, host: hostname(), began: await beginningOf(process.pid) } satisfies Holder);
  let isNamed = false;
  const name = async (): Promise<void> => {
    try {
      await writeFile(path, text, { flag: 'r+' });
      isNamed = true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  };
  await name().catch(async (error: unknown) => {
    await rm(path, { force: true });
    throw error;
  });
  return {
    refresh: async () => {
      if (!isNamed) await name().catch(() => undefined);
      await utimes(path, new Date(), new Date()).catch(() => undefined);
    },
    release: () => rm(path, { force: true }),
  };
}

/** Whether somebody writes to the directory now. */
export async function isLocked(directory: string): Promise<boolean> {
  const path = join(directory, 'lock');
  const holder = await holderOf(path);
  return holder !== undefined && isAlive(holder, path, new SignsOfLife());
}

/** Undefined for none, and for one without a name: cut short while it was written, or made on a full disk. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host, began } = JSON.parse(await readFile(path, 'utf8')) as Partial<Record<keyof Holder, unknown>>;
    return typeof pid === 'number' && typeof host === 'string' && typeof began === 'string' ? { pid, host, began } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Another machine's process cannot be asked, nor one that did not say who it is: what tells is whether its lock is refreshed. */
async function isAlive(holder: Holder | undefined, path: string, signs: SignsOfLife): Promise<boolean> {
  if (holder === undefined || holder.host !== hostname()) return signs.are(path);
  const { pid, began } = holder;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await beginningOf(pid);
  return now === '' || began === '' || now === began;
}

/** Whether a lock is refreshed. Not by the wall clock alone: ours may be hours behind, and any lock would look fresh for as long. */
class SignsOfLife {
  #refreshed = Number.NaN;
  #since = 0;

  async are(path: string): Promise<boolean> {
    const refreshed = await stat(path).then(({ mtimeMs }) => mtimeMs, () => undefined);
    if (refreshed === undefined || Date.now() - refreshed >= FOREIGN_MS) return false;
    if (refreshed !== this.#refreshed) {
      this.#refreshed = refreshed;
      this.#since = performance.now();
    }
    return performance.now() - this.#since < FOREIGN_MS;
  }
}

/** Field 22 of /proc/PID/stat on Linux; empty elsewhere. */
async function beginningOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
