import { access, chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMissing } from '../../json-file.js';
import { EmbeddedThread } from './embedded-thread.js';

/** An empty database that the build has made (scripts/build.mjs). The single executable, and what runs from source, have none. */
const EMPTY = new URL('empty/', import.meta.url);

/** In its folders that have nothing else: packages leave empty ones out. */
const KEEP = '.keep';

/** Makes the empty database. */
export async function makeEmptyDatabase(): Promise<void> {
  const folder = fileURLToPath(EMPTY).replace(/\/$/, '');
  await makeDatabase(folder, undefined);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readdir(path)).length === 0) await writeFile(join(path, KEEP), '');
  }
}

/**
 * Makes an embedded database where there is none: a copy of the empty one or, without it, in a thread of its own, which takes the memory
 * that needs along at its end. Beside its place, so that what a crash leaves half made is never taken for a database.
 */
export async function makeDatabase(folder: string, worker: URL | undefined): Promise<void> {
  if (await isThere(folder)) return;
  const draft = `${folder}.making`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  if (EMPTY.protocol === 'file:' && await isThere(fileURLToPath(EMPTY))) await copyAll(fileURLToPath(EMPTY), draft);
  else await initialise(draft, worker);
  await rename(draft, folder);
}

async function initialise(draft: string, worker: URL | undefined): Promise<void> {
  const thread = await EmbeddedThread.start({ folder: draft, worker }, () => undefined);
  await thread.close();
}

/** For its owner alone, whoever may read the copy that was installed. */
async function copyAll(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.name === KEEP) continue;
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(copy, { mode: 0o700 });
      await copyAll(source, copy);
    } else {
      await copyFile(source, copy);
      await chmod(copy, 0o600);
    }
  }
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await access(folder);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
