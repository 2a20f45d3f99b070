/**
 * A process of a benchmark, started by test/bench/suite/child.ts: loads the module named on the command line and answers calls of
 * its methods over the channel to its parent. What is measured is the build, loaded as it is and not through vite.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';

const dist = resolve(process.env.CAUSEWAY_DIST ?? join(root, 'dist'));
const built = (path) => import(pathToFileURL(join(dist, path)).href);

process.on('disconnect', () => process.exit(0));
await withTypeScript(async (load) => {
  const { methods } = await load(process.argv[2]);
  const offered = await methods(built);
  process.on('message', ({ id, method, argument }) => {
    Promise.resolve().then(() => offered[method](argument)).then(
      (result) => process.send({ id, result }),
      (error) => process.send({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) }),
    );
  });
  process.send({ id: 0 });
  await new Promise(() => {});
});
