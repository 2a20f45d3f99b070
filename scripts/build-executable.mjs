/**
 * Builds the single executable of what dist/ holds (npm run build): Node with the whole program inside.
 *
 *   node scripts/build-executable.mjs [--out var/packages/causeway] [--node PATH] [--node-licence FILE]
 *
 * https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inject } from 'postject';
import { bundleProgram } from './packaging/bundle.mjs';
import { collectedLicences } from './packaging/installed-tree.mjs';
import { nodeBinary } from './packaging/node-binary.mjs';
import { productionPackages } from './packaging/production-packages.mjs';
import { root } from './run.mjs';

/** Node looks for this in itself: the last digit becomes 1 when something was put in. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'var/packages/causeway') }, node: { type: 'string' }, 'node-licence': { type: 'string' } } });
if (!existsSync(join(root, 'dist/deploy/cli/causeway.js'))) throw new Error('There is no build: npm run build.');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const node = nodeBinary(values.node, values['node-licence']);
const out = resolve(values.out);
const work = mkdtempSync(join(tmpdir(), 'causeway-executable-'));
try {
  const { main, assets } = await bundleProgram(root, version);
  writeFileSync(join(work, 'main.cjs'), main);
  const files = {};
  for (const [path, content] of assets) {
    files[path] = join(work, path.replaceAll('/', '~'));
    writeFileSync(files[path], content);
  }
  writeFileSync(join(work, 'sea.json'), JSON.stringify({ main: join(work, 'main.cjs'), output: join(work, 'blob'), disableExperimentalSEAWarning: true, useCodeCache: true, assets: files }));
  execFileSync(node.program, ['--experimental-sea-config', join(work, 'sea.json')], { stdio: ['ignore', 'ignore', 'inherit'] });
  mkdirSync(dirname(out), { recursive: true });
  rmSync(out, { force: true });
  copyFileSync(node.program, out);
  chmodSync(out, 0o755);
  await inject(out, 'NODE_SEA_BLOB', readFileSync(join(work, 'blob')), { sentinelFuse: FUSE, ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}) });
  writeFileSync(`${out}.licences.txt`, collectedLicences(productionPackages(root), node));
  console.log(`${out}: ${(statSync(out).size / 1e6).toFixed(0)} MB, Node ${node.version}, script ${(main.length / 1e6).toFixed(1)} MB, ${assets.size} files`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
