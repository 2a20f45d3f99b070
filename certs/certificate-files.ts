import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';

const OWNER_ONLY_DIRECTORY = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** Creates a directory that only its owner can enter; tightens one that exists. */
export async function ownDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  await chmod(path, OWNER_ONLY_DIRECTORY);
}

/**
 * Writes a file only its owner can read. It appears whole or not at all, never with wider rights for a moment. With
 * `replace: false` an existing file is left alone and the call fails with the code `EEXIST`.
 */
export async function writeOwnFile(path: string, content: string, { replace }: { replace: boolean }): Promise<void> {
  if (!replace) {
    await writeNew(path, content);
    return;
  }
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeNew(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeNew(path: string, content: string): Promise<void> {
  await ownDirectoryIfMissing(dirname(path));
  const file = await open(path, 'wx', OWNER_ONLY_FILE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Made 0700 when it is missing; a directory somebody else made keeps its mode. */
async function ownDirectoryIfMissing(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
}
