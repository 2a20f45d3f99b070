import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { wasmApi } from './wasm-api.js';

let compiled: Promise<object> | undefined;

/** The interpreter's code, compiled once for all threads. */
export function interpreterCode(): Promise<object> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function compile(): Promise<object> {
  const library = createRequire(import.meta.url).resolve('quickjs-emscripten');
  return wasmApi.compile(await readFile(createRequire(library).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')));
}
