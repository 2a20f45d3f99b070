/**
 * Builds the Debian package of what dist/ holds (npm run build): causeway_VERSION_ARCH.deb. The same input gives the same bytes.
 *
 *   node scripts/build-debian.mjs [--out var/packages] [--version 0.1.0-1] [--compression xz|zstd|gzip|none] [--node PATH] [--node-licence FILE]
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, lstatSync, lutimesSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ARCHITECTURES, changelog, checksums, control, copyright } from './packaging/debian-control.mjs';
import { collectedLicences, layOutLibrary } from './packaging/installed-tree.mjs';
import { manPage } from './packaging/man-page.mjs';
import { nodeBinary } from './packaging/node-binary.mjs';
import { programOf } from './packaging/program.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: {
  out: { type: 'string', default: join(root, 'var/packages') }, version: { type: 'string' }, compression: { type: 'string', default: 'xz' },
  node: { type: 'string' }, 'node-licence': { type: 'string' },
} });
if (!existsSync(join(root, 'dist/deploy/cli/causeway.js'))) throw new Error('There is no build: npm run build.');
const version = values.version ?? `${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}-1`;
if (!/^\d[A-Za-z0-9.+~]*-\d+$/.test(version)) throw new Error(`--version ${version}: wanted is VERSION-REVISION, e.g. 0.1.0-1.`);
const upstream = version.slice(0, version.lastIndexOf('-'));
const node = nodeBinary(values.node, values['node-licence']);
const architecture = ARCHITECTURES[node.arch];
if (architecture === undefined) throw new Error(`No Debian architecture is known for ${node.arch}.`);
const out = resolve(values.out);
const stage = mkdtempSync(join(tmpdir(), 'causeway-debian-'));
const debian = join(root, 'deploy/debian');

/** Seconds: of SOURCE_DATE_EPOCH, else of the commit. */
function buildTime() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) return Number(given);
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }));
  } catch {
    return Math.floor(Date.now() / 1000);
  }
}

const time = buildTime();
const date = new Date(time * 1000);
const folder = (path, mode = 0o755) => {
  mkdirSync(join(stage, path), { recursive: true });
  chmodSync(join(stage, path), mode);
};
const put = (path, content, mode = 0o644) => {
  mkdirSync(join(stage, path, '..'), { recursive: true });
  writeFileSync(join(stage, path), content);
  chmodSync(join(stage, path), mode);
};
const copy = (from, path, mode = 0o644) => put(path, readFileSync(from), mode);
const zipped = (text) => gzipSync(Buffer.from(text), { level: 9 });

const startOf = (path) => {
  const file = openSync(path);
  const start = Buffer.alloc(4);
  readSync(file, start);
  closeSync(file);
  return start.toString('latin1');
};

/** Programs are what is in a bin of ours; what libraries bring along is run by nobody, least of all by a Node of the system. */
function isProgram(path) {
  const inside = path.slice(stage.length);
  const start = startOf(path);
  if (/^\/usr\/(?:lib\/causeway\/)?bin\//.test(inside)) return true;
  if (start.startsWith('#!')) writeFileSync(path, readFileSync(path, 'latin1').replace(/^#![^\n]*/, ''), 'latin1');
  return false;
}

/** Modes as dpkg wants them, and one time for everything. */
function settle(path, isOurs) {
  const entry = lstatSync(path);
  if (entry.isDirectory()) {
    for (const name of readdirSync(path)) settle(join(path, name), isOurs);
    if (!isOurs(path)) chmodSync(path, 0o755);
  } else if (entry.isFile() && !isOurs(path)) {
    chmodSync(path, isProgram(path) ? 0o755 : 0o644);
  }
  lutimesSync(path, time, time);
}

function sizeOf(path) {
  const entry = lstatSync(path);
  return entry.isDirectory() ? 1 + readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : Math.ceil(entry.size / 1024);
}

async function completion() {
  try {
    return execFileSync(node.program, [join(root, 'dist/deploy/cli/causeway.js'), 'completion', 'bash'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined; // a version without
  }
}

try {
  const library = 'usr/lib/causeway';
  const packages = layOutLibrary(root, join(stage, library), { node, version: upstream });
  copy(join(debian, 'causeway'), 'usr/bin/causeway', 0o755);
  for (const role of ['agent', 'controller']) {
    copy(join(root, `deploy/systemd/causeway-${role}.service`), `lib/systemd/system/causeway-${role}.service`);
    copy(join(debian, `${role}.yaml`), `usr/share/causeway/${role}.yaml`);
    copy(join(root, role, 'config/example.yaml'), `usr/share/doc/causeway/examples/${role}.yaml`);
  }
  copy(join(root, 'agent/policy/example.yaml'), 'usr/share/doc/causeway/examples/policy.yaml');
  put('usr/share/man/man1/causeway.1.gz', zipped(manPage(await programOf(root), { version: upstream, date: date.toISOString().slice(0, 10) })));
  const completed = await completion();
  if (completed !== undefined) put('usr/share/bash-completion/completions/causeway', completed);
  const docs = 'usr/share/doc/causeway';
  put(`${docs}/copyright`, copyright(packages, node.version));
  put(`${docs}/licences.gz`, zipped(collectedLicences(packages, node)));
  put(`${docs}/changelog.gz`, zipped(readFileSync(join(root, 'CHANGELOG.md'))));
  put(`${docs}/changelog.Debian.gz`, zipped(changelog({ version, date })));
  for (const page of ['install', 'upgrade']) if (existsSync(join(root, `docs/${page}.md`))) copy(join(root, `docs/${page}.md`), `${docs}/${page}.md`);
  copy(join(debian, 'lintian-overrides'), 'usr/share/lintian/overrides/causeway');
  settle(stage, () => false);
  folder('etc/causeway', 0o750);
  folder('etc/causeway/controller', 0o750);
  for (const role of ['', '/agent', '/controller']) folder(`etc/causeway/credentials${role}`, 0o700);
  folder('var/lib/causeway');
  const installedSize = sizeOf(stage);
  put('DEBIAN/md5sums', checksums(stage));
  put('DEBIAN/control', control({ version, architecture, installedSize }));
  for (const script of ['postinst', 'prerm', 'postrm']) copy(join(debian, script), `DEBIAN/${script}`, 0o755);
  settle(stage, () => true);
  mkdirSync(out, { recursive: true });
  const file = join(out, `causeway_${version}_${architecture}.deb`);
  chmodSync(stage, 0o755);
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${values.compression}`, '--build', stage, file], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SOURCE_DATE_EPOCH: String(time) } });
  console.log(`${file}: ${(lstatSync(file).size / 1e6).toFixed(1)} MB, installed ${(installedSize / 1000).toFixed(0)} MB, Node ${node.version}, ${packages.length} libraries`);
} finally {
  rmSync(stage, { recursive: true, force: true });
}
