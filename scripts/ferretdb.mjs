/**
 * `node scripts/ferretdb.mjs`: the MongoDB connector against FerretDB, which speaks MongoDB's protocol. Builds the server from its
 * published Go module into var/ferretdb, unless it is there, and runs the tests of the project `ferretdb`; `--build` stops before
 * these, and needs no package, so that it may run beside their installation. Takes Go 1.22; where there is none it says so, and no test counts. Ends with `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, root, run } from './run.mjs';
import { TestResults } from './test-results.mjs';

const MODULE = 'github.com/FerretDB/FerretDB';
const VERSION = 'v1.24.0';
const LEAST_GO = [1, 22];
const target = join(root, 'var/ferretdb');
const program = join(target, 'ferretdb');

/** The first Go that is new enough; undefined for none. */
function findGo() {
  return ['go', '/usr/local/go/bin/go'].find((go) => {
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(spawnSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '') ?? [];
    return Number(major) > LEAST_GO[0] || (Number(major) === LEAST_GO[0] && Number(minor) >= LEAST_GO[1]);
  });
}

/**
 * `go install` would not do: the module lacks a file with its version. Built as the main module, with the checksums of its own go.sum;
 * the PostgreSQL half is left out.
 */
async function build(go) {
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-ferretdb-build-'));
  const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-modcacherw' };
  try {
    const download = spawnSync(go, ['mod', 'download', '-json', `${MODULE}@${VERSION}`], { cwd: scratch, env, encoding: 'utf8' });
    const { Dir: module, Error: error } = JSON.parse(download.stdout || '{}');
    if (module === undefined) throw new Error(`${MODULE}@${VERSION} could not be had: ${error ?? download.stderr}`);
    const sources = join(scratch, 'ferretdb');
    cpSync(module, sources, { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', sources]);
    writeFileSync(join(sources, 'build/version/version.txt'), `${VERSION}\n`);
    await run(go, ['build', '-trimpath', '-tags', 'ferretdb_no_postgresql', '-o', join(scratch, 'built'), './cmd/ferretdb'], { cwd: sources, env });
    mkdirSync(target, { recursive: true });
    cpSync(join(scratch, 'built'), `${program}.new`);
    renameSync(`${program}.new`, program);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const results = new TestResults();
const go = existsSync(program) ? undefined : findGo();
if (!existsSync(program) && go === undefined) {
  console.log(`FerretDB ${VERSION} is not here and cannot be built without Go ${LEAST_GO.join('.')}: the MongoDB connector was not tested against it.`);
  results.finish();
}
if (go !== undefined) {
  console.log(`\n== build of FerretDB ${VERSION}`);
  results.count('build of FerretDB', await build(go).then(() => true, (error) => (console.error(String(error)), false)));
}
if (results.failed === 0 && !process.argv.includes('--build')) {
  await installPackages();
  await results.vitest('ferretdb');
}
results.finish();
