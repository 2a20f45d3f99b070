import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import { COUNTERS_MODULE, instrument } from './instrument.js';
import { PLACES } from './coverage.js';

/** One file of the code under test: its counters, from `first` up to but not including `end`, and its texts. */
export interface InstrumentedFile {
  readonly file: string;
  readonly first: number;
  readonly end: number;
  readonly words: readonly string[];
  readonly numbers: readonly number[];
}

export interface FuzzBuild {
  /** Module the worker threads run. */
  readonly worker: string;
  readonly files: readonly InstrumentedFile[];
}

/** What is counted: the product, without what is generated. */
const COUNTED = /^(?:agent|certs|connectors|controller|protocol)\//;
const GENERATED = /^protocol\/generated\//;
const RESOLVED_COUNTERS = `\0${COUNTERS_MODULE}`;

function countingPlugin(root: string, files: InstrumentedFile[]): Plugin {
  let places = 0;
  return {
    name: 'causeway-fuzz-counters',
    enforce: 'post',
    resolveId: (id) => id === COUNTERS_MODULE ? RESOLVED_COUNTERS : undefined,
    load: (id) => id === RESOLVED_COUNTERS ? `export const causewayFuzz = globalThis.causewayFuzzCounters ??= new Uint8Array(${PLACES});` : undefined,
    transform: (code, id) => {
      const path = id.split('?')[0] ?? id;
      const file = relative(root, path);
      // Test code finds its files beside itself.
      if (file.startsWith('test/')) return { code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), map: null };
      if (!COUNTED.test(file) || GENERATED.test(file)) return undefined;
      const first = places;
      const instrumented = instrument(code, `${file}.js`, () => places++ % PLACES);
      files.push({ file, first, end: places, words: [...instrumented.words], numbers: [...instrumented.numbers] });
      return { code: instrumented.code, map: null };
    },
  };
}

/** Compiles targets and product with counters into `directory`. */
export async function buildInstrumented(root: string, directory: string): Promise<FuzzBuild> {
  const files: InstrumentedFile[] = [];
  await build({
    root, configFile: false, logLevel: 'warn', plugins: [countingPlugin(root, files)],
    build: {
      ssr: join(root, 'test/fuzz/engine/worker.ts'), outDir: directory, emptyOutDir: true, minify: false, target: 'node20', copyPublicDir: false,
      rolldownOptions: { treeshake: false, output: { entryFileNames: 'worker.js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'files.json'), JSON.stringify(files));
  return { worker: join(directory, 'worker.js'), files };
}
