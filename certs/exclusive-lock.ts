import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CertificateError } from './certificate-error.js';

/** Locks are held for a few writes; one that is older was left behind by a machine that is gone. */
const LONGEST_HOLD_MS = 30_000;
const WAIT_MS = 15_000;
const POLL_MS = 20;

/** Runs `action` while no other process holds the lock file. Rejects after 15 s of waiting, naming the holder. */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const mark = JSON.stringify({ pid: process.pid, host: hostname(), lock: randomUUID() });
  const deadline = performance.now() + WAIT_MS;
  while (!(await taken(path, mark))) {
    await dropStale(path);
    if (performance.now() > deadline) throw new CertificateError(`${path} has been held for ${WAIT_MS / 1000} s by ${await holderText(path)}. If that process is gone, remove the file.`);
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS * (0.5 + Math.random())); });
  }
  try {
    return await action();
  } finally {
    if (await contentOf(path) === mark) await rm(path, { force: true });
  }
}

async function taken(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(mark);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved away before it is removed: what was moved is looked at again, for its holder may have changed in between. */
async function dropStale(path: string): Promise<void> {
  const mark = await contentOf(path);
  if (mark === undefined || !(await isStale(path, mark))) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if (await contentOf(aside) !== mark) await link(aside, path).catch(() => undefined);
    await rm(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function isStale(path: string, mark: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs > LONGEST_HOLD_MS) return true;
  const holder = parsed(mark);
  return holder?.host === hostname() && holder.pid !== process.pid && !isAlive(holder.pid);
}

function parsed(mark: string): { readonly pid: number; readonly host: string } | undefined {
  try {
    const { pid, host } = JSON.parse(mark) as { readonly pid?: unknown; readonly host?: unknown };
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined; // being written right now, or cut short; its age decides
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function holderText(path: string): Promise<string> {
  const holder = parsed(await contentOf(path) ?? '');
  return holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
}
