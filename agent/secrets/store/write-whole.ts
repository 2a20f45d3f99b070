import { randomUUID } from 'node:crypto';
import { chown, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file as a whole, on disk before it returns: after a crash the old or the new content is there. 0600; root
 * leaves it to the owner of the directory, so that `sudo causeway secrets set` does not lock the agent's user out.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const directory = dirname(path);
  await makeDirectory(directory);
  const draft = draftOf(path, randomUUID());
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      if (isRoot()) {
        const { uid, gid } = await stat(directory);
        await file.chown(uid, gid);
      }
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncDirectory(directory);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Where what is to become `path` is written first; `removeDrafts` knows it by its name. */
export function draftOf(path: string, id: string): string {
  return `${path}.${id}.tmp`;
}

/** Removes what writers that were cut off left beside the file. Only for who holds its lock. */
export async function removeDrafts(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const isDraft = (name: string): boolean => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp');
  await Promise.all(names.filter(isDraft).map((name) => rm(join(dirname(path), name), { force: true })));
}

/** Makes it where it is missing (0700); what root makes belongs to the owner of where it is made. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined || !isRoot()) return;
  const { uid, gid } = await stat(dirname(first));
  for (let made = path; made.length >= first.length; made = dirname(made)) await chown(made, uid, gid);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The new name has to survive a power cut too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
