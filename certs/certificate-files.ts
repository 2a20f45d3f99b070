import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { CertificateError } from './certificate-error.js';

const OWNER_ONLY_DIRECTORY = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** Creates a directory that only its owner can enter; tightens one that exists. */
export async function ownDirectory(path: string): Promise<void> {
  await makeDirectory(resolve(path));
  await chmod(path, OWNER_ONLY_DIRECTORY);
}

/**
 * Makes a directory and those above it, 0700; one that exists keeps its mode. Not Node's recursive mkdir: where the file
 * system takes no directories (`/proc`), that one never ends.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await madeOrThere(path)) return;
  const parent = dirname(path);
  if (parent !== path && !(await isDirectory(parent))) {
    await makeDirectory(parent);
    if (await madeOrThere(path)) return;
  }
  throw new CertificateError(`The directory ${path} cannot be made: the file system of ${parent} takes no directories. Choose another place.`);
}

/** False when the directory above is missing, or says so. */
async function madeOrThere(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: OWNER_ONLY_DIRECTORY });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (await isDirectory(path)) return true;
    throw new CertificateError(`The directory ${path} cannot be made (${code === 'EEXIST' ? 'there is something else of that name' : code ?? 'unknown reason'}).`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}

/**
 * Writes a file only its owner can read. It appears whole or not at all, never with wider rights for a moment, and is on the
 * disk when this resolves. With `replace: false` an existing file is left alone and the call fails with the code `EEXIST`.
 */
export async function writeOwnFile(path: string, content: string, { replace }: { replace: boolean }): Promise<void> {
  const directory = dirname(resolve(path));
  await makeDirectory(directory);
  if (!replace) {
    await writeNew(path, content);
    await syncDirectory(directory);
    return;
  }
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeNew(temporary, content);
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY_FILE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name in a directory survives a power cut only when the directory is on the disk as well. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
