import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** As the build makes it (scripts/build.mjs). */
const EMPTY = join(resolve(process.env['CAUSEWAY_DIST'] ?? join(import.meta.dirname, '../../dist')), 'controller/store/database/embedded/empty');

/** Gives a controller that is started from source the empty database which one of the build copies itself: making one takes seconds. */
export async function layEmptyDatabase(dataFolder: string): Promise<void> {
  if (!existsSync(EMPTY)) throw new Error(`${EMPTY} is missing. Make it with: npm run build`);
  const database = join(dataFolder, 'database');
  await mkdir(dirname(database), { recursive: true, mode: 0o700 });
  await cp(EMPTY, database, { recursive: true, filter: (path) => basename(path) !== '.keep' });
}
