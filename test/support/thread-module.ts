import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');

export interface ThreadSource {
  /** Folder whose sources decide whether it is made anew, from the root of the project. */
  readonly sources: string;
  /** The thread's module, from that folder. */
  readonly module: string;
}

/** The module of a thread, compiled: a thread of its own runs no TypeScript. Made once for each state of its sources, within the project, so that it finds its packages. */
export async function threadModule({ sources, module }: ThreadSource): Promise<URL> {
  const folder = join(root, sources);
  const name = basename(module, '.ts');
  const built = join(root, 'var', name);
  const hash = createHash('sha256');
  for (const file of (await readdir(folder, { recursive: true })).filter((each) => each.endsWith('.ts')).sort()) hash.update(file).update(await readFile(join(folder, file)));
  const place = join(built, hash.digest('hex').slice(0, 16));
  if (!existsSync(join(place, `${name}.js`))) await compile({ from: join(folder, module), name, built, place });
  return pathToFileURL(join(place, `${name}.js`));
}

async function compile({ from, name, built, place }: { readonly from: string; readonly name: string; readonly built: string; readonly place: string }): Promise<void> {
  await mkdir(built, { recursive: true });
  const own = await mkdtemp(join(built, 'making-'));
  await build({
    root, configFile: false, logLevel: 'error',
    build: {
      ssr: from, outDir: own, emptyOutDir: true, minify: false, target: 'node20', copyPublicDir: false,
      rolldownOptions: { output: { entryFileNames: `${name}.js` } },
    },
  });
  // Another test process may have been faster.
  await rename(own, place).catch(() => rm(own, { recursive: true, force: true }));
}
