import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';

const MOST_LINKS = 40;
/** A pipe is not waited for, nor is a link followed that was none a moment ago. Windows has neither flag, which counts as 0. */
const READ_FILE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Where a path really is, or the path by which it, or a link on its way, leads out of the folders. */
export type Place = { readonly within: string } | { readonly outside: string };

interface Root { readonly written: string; readonly real: string }

/**
 * Follows a path as long as it stays in these folders. Nothing outside of them is looked at, so that neither an answer nor its delay
 * tells a controller which files there are on this machine, and no name of a network share reaches its server. Undefined: anywhere.
 */
export async function placeOf(path: string, folders: readonly string[] | undefined): Promise<Place> {
  if (folders === undefined) return { within: path };
  const roots = (await Promise.all(folders.map(rootOf))).filter((root) => root !== undefined);
  let wanted = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const step = await followed(wanted, roots);
    if (step === undefined || 'within' in step) return step ?? { outside: wanted };
    wanted = step.link;
  }
  return { outside: wanted };
}

async function rootOf(folder: string): Promise<Root | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  return real === undefined ? undefined : { written: resolve(folder), real };
}

/** To the end of the path, or to the first link on its way; undefined where it begins outside. */
async function followed(path: string, roots: readonly Root[]): Promise<{ readonly within: string } | { readonly link: string } | undefined> {
  const [from, below] = roots.flatMap(({ written, real }) => [written, real].map((base) => [real, namesBelow(base, path)] as const)).find(([, names]) => names !== undefined) ?? [];
  if (from === undefined || below === undefined) return undefined;
  let at = from;
  for (const [index, name] of below.entries()) {
    const next = join(at, name);
    const state = await lstat(next).catch(() => undefined);
    // What is not there leads nowhere; what cannot be looked at, opening it will tell.
    if (state === undefined) return { within: join(at, ...below.slice(index)) };
    if (state.isSymbolicLink()) return { link: resolve(at, await readlink(next), ...below.slice(index + 1)) };
    at = next;
  }
  return { within: at };
}

/** The names that lead from a folder to a path in it; none for the folder itself, undefined for a path that is not in it. */
function namesBelow(folder: string, path: string): readonly string[] | undefined {
  // Knows of drives, and that Windows does not mind case.
  const way = relative(folder, path);
  if (way === '') return [];
  return isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`) ? undefined : way.split(sep);
}

export interface ScriptText {
  readonly bytes: Uint8Array;
  /** Where the file really is. */
  readonly place: string;
  readonly modified: number;
  readonly size: number;
}

/**
 * A file in these folders (undefined: anywhere), of at most `longest` bytes; undefined where there is none. Rejects with
 * `scriptNotAllowed` for one that is, or a link leads, outside of them, and with an error in words for what cannot be read.
 */
export async function readWithin(slot: string, path: string, folders: readonly string[] | undefined, longest: number): Promise<ScriptText | undefined> {
  const place = await placeOf(path, folders);
  if ('outside' in place) throw scriptNotAllowed(slot, path, dirname(place.outside));
  const file = await openedFile(place.within, folders === undefined ? constants.O_RDONLY | constants.O_NONBLOCK : READ_FILE);
  if (file === undefined) return undefined;
  try {
    const state = await file.stat();
    // Between the look and the opening, a folder on the way may have become a link.
    if (folders !== undefined && !await isAt(place.within, folders, state)) throw scriptNotAllowed(slot, path, dirname(place.within));
    if (!state.isFile()) throw new Error('it is no file');
    if (state.size > longest) throw new Error(`it has ${state.size} bytes; ${longest} are the most`);
    return { bytes: await file.readFile(), place: place.within, modified: state.mtimeMs, size: state.size };
  } finally {
    await file.close();
  }
}

async function openedFile(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function isAt(path: string, folders: readonly string[], { dev, ino }: Stats): Promise<boolean> {
  const now = await placeOf(path, folders);
  const state = 'within' in now && now.within === path ? await lstat(path).catch(() => undefined) : undefined;
  return state?.dev === dev && state.ino === ino;
}

/** The script of a slot is in none of the folders this agent runs scripts from. */
export function scriptNotAllowed(slot: string, file: string, folder: string): ConnectorError {
  return new ConnectorError('configuration', `${slot}: '${file}' is not run: this agent runs no scripts from ${folder}. Whoever runs the agent allows it by a line of agent.yaml: scripts: { roots: [${JSON.stringify(folder)}] }`, { outcome: 'notApplied' });
}
