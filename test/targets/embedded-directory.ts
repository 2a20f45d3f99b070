import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const MADE = join(root, 'var/embedded-database');

let template: Promise<string> | undefined;

/** An empty embedded database, ready to be opened. To make one takes seconds of work, so it is made once and copied. */
export async function embeddedDirectory(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const own = await mkdtemp(join(tmpdir(), 'causeway-embedded-'));
  const directory = join(own, 'db');
  await cp(await (template ??= made()), directory, { recursive: true });
  return { directory, remove: () => rm(own, { recursive: true, force: true }) };
}

async function made(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8')) as { readonly version: string };
  const place = join(MADE, version);
  if (existsSync(place)) return place;
  await mkdir(MADE, { recursive: true });
  const own = await mkdtemp(join(MADE, 'making-'));
  const { PGlite } = await import('@electric-sql/pglite');
  await (await PGlite.create(join(own, 'db'))).close();
  // Another test process may have been faster.
  await rename(join(own, 'db'), place).catch(() => {});
  await rm(own, { recursive: true, force: true });
  return place;
}
