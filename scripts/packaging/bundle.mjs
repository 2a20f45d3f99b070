/** Bundles the build for the single executable: one script, one module for each thread, and files that are read. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** What modules of ours import, and what they get instead. */
const REPLACED = { 'node:fs/promises': 'fs-promises.mjs', 'node:worker_threads': 'worker-threads.mjs', 'node:child_process': 'child-process.mjs' };
/** Modules that threads run. */
const THREADS = ['agent/isolation/child/lifeline.js', 'deploy/runtime/sandbox/worker/sandbox-worker.js', 'controller/store/database/embedded/embedded-worker.js'];
/** Files that are read from beside modules. */
const FILES = ['connectors/published-infos.json', 'agent/observe/local/page', 'controller/console/page'];
const WASM = 'quickjs.wasm';
const DATABASE = 'database/';
const DATABASE_FILES = ['pglite.wasm', 'initdb.wasm', 'pglite.data'];
const ROOT = 'file:///causeway-executable/';
/** Cannot be in one file: machine code, and a database that connectors have read its own from beside it. What is not installed stays away, too. */
const ABSENT = /\.node$|^@electric-sql\/pglite$/;
/** The controller's database is in its thread; what it reads is handed to it. */
const ABSENT_IN_THREADS = /\.node$/;

function replace(code, pattern, by, file) {
  if (!pattern.test(code)) throw new Error(`${file} has changed: ${pattern} is not found in it (scripts/packaging/bundle.mjs).`);
  return code.replace(pattern, by);
}

/** `version`: of the product. */
function ourModules(root, version, { replaced, absent }) {
  const dist = join(root, 'dist');
  const executable = join(root, 'deploy/single-executable');
  return {
    name: 'causeway',
    resolveId(source, importer) {
      if (source.startsWith('causeway-real:')) return { id: source.slice('causeway-real:'.length), external: true };
      if (source.startsWith('causeway-build:')) return join(dist, source.slice('causeway-build:'.length));
      const shim = replaced[source];
      if (shim !== undefined && importer?.startsWith(dist)) return join(executable, shim);
      if (source.startsWith('node:')) return { id: source, external: true };
      return absent.test(source) ? { id: source, external: true } : undefined;
    },
    transform(code, id) {
      if (!id.startsWith(dist) || !id.endsWith('.js')) return undefined;
      const file = relative(dist, id);
      if (file === 'deploy/runtime/service/product-version.js') return `export const productVersion = () => ${JSON.stringify(version)};`;
      let text = code.replace(/\bimport\.meta\.url\b/g, JSON.stringify(`${ROOT}${file}`));
      // A script that is no module may not wait at its top.
      if (file === 'deploy/cli/causeway.js') text = replace(text, /process\.exitCode = await (runCli\([^]*\));\n/, 'void $1.then((code) => { process.exitCode = code; });\n', file);
      if (file === 'deploy/runtime/sandbox/interpreter-code.js') text = replace(text, /const library = [^]*?;\n\s*return wasmApi\.compile\([^]*?\);\n/, `return wasmApi.compile(await readFile(new URL(${JSON.stringify(ROOT + WASM)})));\n`, file);
      if (file === 'controller/store/database/embedded/database-files.js') text = replace(text, /return pathToFileURL\([^;]*;/, `return new URL(${JSON.stringify(ROOT + DATABASE)});`, file);
      return { code: text };
    },
  };
}

async function bundled(root, input, version, format) {
  const bundle = await rolldown({
    input, platform: 'node', cwd: root, plugins: [ourModules(root, version, format === 'cjs' ? { replaced: REPLACED, absent: ABSENT } : { replaced: {}, absent: ABSENT_IN_THREADS })], logLevel: 'silent',
    resolve: { conditionNames: format === 'cjs' ? ['node', 'require', 'import', 'default'] : ['node', 'import', 'default'] },
  });
  const { output } = await bundle.generate({ format, codeSplitting: false, minify: false, comments: { legal: false, annotation: false, jsdoc: false } });
  await bundle.close();
  // What stays outside is asked for by require: import() finds nothing in an executable, not even what Node has itself.
  if (format === 'cjs') return output[0].code.replace(/\bawait import\(("[^"\n]+")\)/g, '(await Promise.resolve().then(() => require($1)))');
  // A thread runs from a data: URL, from which no module can be asked for.
  return output[0].code.replaceAll('import.meta.url', JSON.stringify(`${ROOT}thread.js`));
}

function filesBelow(dist, path) {
  const whole = join(dist, path);
  let entry;
  try {
    entry = statSync(whole);
  } catch {
    return []; // of a part that is not in this version
  }
  return entry.isDirectory() ? readdirSync(whole).flatMap((name) => filesBelow(dist, `${path}/${name}`)) : [path];
}

/** The main script, and what it finds inside: path -> content. */
export async function bundleProgram(root, version) {
  const dist = join(root, 'dist');
  const main = await bundled(root, join(root, 'deploy/single-executable/main.mjs'), version, 'cjs');
  const assets = new Map(FILES.flatMap((path) => filesBelow(dist, path)).map((path) => [path, readFileSync(join(dist, path))]));
  for (const thread of THREADS) assets.set(thread, Buffer.from(await bundled(root, join(dist, thread), version, 'es')));
  assets.set(WASM, readFileSync(join(root, 'node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm')));
  for (const name of DATABASE_FILES) assets.set(DATABASE + name, readFileSync(join(root, 'node_modules/@electric-sql/pglite/dist', name)));
  return { main, assets };
}
