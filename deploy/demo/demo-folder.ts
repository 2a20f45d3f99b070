import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from '../../agent/cli/exit-codes.js';

const MARK = '.causeway-demo';

export interface DemoFolder {
  readonly path: string;
  /** Made for this run and nobody's to keep. */
  readonly isTemporary: boolean;
}

/** An empty folder: the one named, or one of the system's temporary ones. What is replaced has to be a demo's; else rejects. */
export async function demoFolder(wanted: string | undefined): Promise<DemoFolder> {
  const path = wanted === undefined ? await mkdtemp(join(tmpdir(), 'causeway-demo-')) : resolve(wanted);
  if (wanted !== undefined) await clear(path);
  await mkdir(join(path, 'log'), { recursive: true, mode: 0o700 });
  await writeFile(join(path, MARK), 'Made by causeway demo, which replaces this folder.\n');
  return { path, isTemporary: wanted === undefined };
}

async function clear(path: string): Promise<void> {
  let present: string[];
  try {
    present = await readdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new CliError(`${path} cannot be used for the demo (${code ?? 'unknown error'}).`, EXIT.usage);
  }
  const isOurs = existsSync(join(path, MARK)) || existsSync(join(path, 'agent', 'hr.csv'));
  if (present.length > 0 && !isOurs) throw new CliError(`${path} holds files that are no demo's. Name a folder that is empty or does not exist.`, EXIT.usage);
  await rm(path, { recursive: true, force: true });
}
