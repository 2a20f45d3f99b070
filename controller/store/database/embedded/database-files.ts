import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { DatabaseFiles } from './messages.js';

const NAMES = { program: 'pglite.wasm', initialiser: 'initdb.wasm', data: 'pglite.data' } as const;

/** The database's own program. Read anew for each thread, which takes it over. */
export async function databaseFiles(): Promise<DatabaseFiles> {
  const folder = programFolder();
  const read = (name: string): Promise<Uint8Array> => readFile(new URL(name, folder)).then((file) => new Uint8Array(file));
  const [program, initialiser, data] = await Promise.all([read(NAMES.program), read(NAMES.initialiser), read(NAMES.data)]);
  return { program, initialiser, data };
}

/** The single executable has another one (scripts/packaging/bundle.mjs). */
function programFolder(): URL {
  return pathToFileURL(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
}
