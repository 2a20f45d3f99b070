import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, EXIT } from '../../../agent/cli/exit-codes.js';
import { GuardedString } from '../../../protocol/model/index.js';
import type { PlannedFile } from './migration.js';

/** For its owner only, like what it may hold. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const SECRETS = 'secrets';

/**
 * Writes all files, or none: each is complete under another name before the first gets its own. Throws a CliError when two are one, when
 * one exists and may not be replaced, and when one is a source.
 */
export async function writeOut(out: string, files: readonly PlannedFile[], { replace, sources }: { readonly replace: boolean; readonly sources: readonly string[] }): Promise<void> {
  refuseClashes(files);
  await refuseExisting(out, files, replace);
  await refuseSources(out, files, sources);
  const suffix = `.${randomBytes(6).toString('hex')}.part`;
  const staged: { readonly part: string; readonly path: string }[] = [];
  const made: string[] = [];
  try {
    for (const file of files) {
      const path = join(out, file.path);
      await makeFolder(out, dirname(path));
      staged.push({ part: `${path}${suffix}`, path });
      await writeDurably(`${path}${suffix}`, file.content);
    }
    for (const { part, path } of staged) {
      await (replace ? rename(part, path) : link(part, path));
      if (!replace) made.push(path);
    }
  } catch (error) {
    await Promise.all(made.map((path) => rm(path, { force: true })));
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(`${out} cannot be written: ${code === 'EEXIST' ? 'a file has come into being meanwhile' : code ?? 'unknown error'}.`, EXIT.failure, { cause: error });
  } finally {
    await Promise.all(staged.map(({ part }) => rm(part, { force: true })));
  }
}

/** Two files that would be one under `--out`; named with their sources. */
export function refuseClashes(files: readonly PlannedFile[]): void {
  const seen = new Map<string, PlannedFile>();
  for (const file of files) {
    const first = seen.get(file.path.toLowerCase());
    if (first !== undefined) throw new CliError(`${first.source} and ${file.source} would both become ${file.path}; migrate them one after the other, each into a directory of its own.`, EXIT.usage);
    seen.set(file.path.toLowerCase(), file);
  }
}

async function refuseExisting(out: string, files: readonly PlannedFile[], replace: boolean): Promise<void> {
  const present: string[] = [];
  for (const { path } of files) if (await lstat(join(out, path)).then(() => true, () => false)) present.push(path);
  if (!replace && present.length > 0) throw new CliError(`In ${out} there ${present.length === 1 ? 'is' : 'are'} already: ${present.join(', ')}. Nothing was written; --force replaces ${present.length === 1 ? 'it' : 'them'}.`, EXIT.usage);
}

/** The sources stay as they are, also with `--force`. */
async function refuseSources(out: string, files: readonly PlannedFile[], sources: readonly string[]): Promise<void> {
  const real = new Set(await Promise.all(sources.map(realPlace)));
  for (const { path } of files) {
    const place = join(out, path);
    if (real.has(await realPlace(place))) throw new CliError(`${place} is one of the files to be migrated, which are never changed; give another directory with --out.`, EXIT.usage);
  }
}

function realPlace(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function makeFolder(out: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (folder === join(out, SECRETS)) await chmod(folder, FOLDER_MODE);
}

async function writeDurably(path: string, content: PlannedFile['content']): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(content instanceof GuardedString ? `${content.reveal()}\n` : content);
    await file.sync();
  } finally {
    await file.close();
  }
}
