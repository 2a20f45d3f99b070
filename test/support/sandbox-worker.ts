import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
const SOURCES = join(root, 'connectors/engines/scripted/sandbox');
/** Within the repository, so that the thread finds its packages. */
const BUILT = join(root, 'var/sandbox-worker');

let built: Promise<URL> | undefined;

/** The module of sandbox threads, compiled: a thread of its own runs no TypeScript. Made once for each state of its sources. */
export function sandboxWorker(): Promise<URL> {
  return built ??= compiled();
}

async function compiled(): Promise<URL> {
  const hash = createHash('sha256');
  for (const name of (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.ts')).sort()) hash.update(name).update(await readFile(join(SOURCES, name)));
  const place = join(BUILT, hash.digest('hex').slice(0, 16));
  const file = join(place, 'sandbox-worker.js');
  if (!existsSync(file)) await compile(place);
  return pathToFileURL(file);
}

async function compile(place: string): Promise<void> {
  await mkdir(BUILT, { recursive: true });
  const own = await mkdtemp(join(BUILT, 'making-'));
  await build({
    root, configFile: false, logLevel: 'error',
    build: {
      ssr: join(SOURCES, 'worker/sandbox-worker.ts'), outDir: own, emptyOutDir: true, minify: false, target: 'node20', copyPublicDir: false,
      rolldownOptions: { output: { entryFileNames: 'sandbox-worker.js' } },
    },
  });
  // Another test process may have been faster.
  await rename(own, place).catch(() => rm(own, { recursive: true, force: true }));
}
