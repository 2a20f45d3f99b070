import { open, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeDirectory } from '../../certs/certificate-files.js';
import { isDiskFull, isMissing } from './json-file.js';

const LOCK = 'controller.lock';

/** The process that has the data folder; undefined when none does, or it is gone. */
export async function dataFolderHolder(folder: string): Promise<number | undefined> {
  const holder = await holderOf(join(folder, LOCK));
  return isAlive(holder) ? holder : undefined;
}

/**
 * Takes the data folder for this process: two controllers on one folder would write over each other's links and tokens.
 * The lock of a process that is gone is taken over. Resolves with the function that gives it back.
 */
export async function lockDataFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  await makeDirectory(resolve(folder));
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await makeLock(path);
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = await dataFolderHolder(folder);
      if (holder !== undefined) throw new Error(`The data folder ${folder} is used by process ${holder}. Two controllers cannot share one; choose another folder (setting data), or stop that process.`, { cause: error });
      await rm(path, { force: true });
    }
  }
  throw new Error(`The data folder ${folder} is being taken by another controller right now.`);
}

/** On a full disk there is no room for content, but for the target of a link. */
async function makeLock(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${process.pid}\n`);
  } catch (error) {
    await rm(path, { force: true });
    if (!isDiskFull(error)) throw error;
    await symlink(String(process.pid), path);
  } finally {
    await file.close();
  }
}

async function holderOf(path: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readlink(path).catch(() => readFile(path, 'utf8')), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Our own number in an old lock is chance: in a container every process may be number 1. */
function isAlive(pid: number | undefined): boolean {
  if (pid === undefined || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
