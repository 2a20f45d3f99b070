import { RELEASE_SYNC, newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from 'quickjs-emscripten';
import { wasmApi } from '../wasm-api.js';

const PAGE = 65_536;
/** What the interpreter's module asks for to begin with. */
const INITIAL_PAGES = 256;
/** Texts on their way in and out, besides what a script may have. */
const ROOM = 16 * 1024 ** 2;

/**
 * An interpreter with a memory of its own, so that nothing of one run is left for the next. The memory cannot grow beyond
 * what a script may have, whatever the interpreter's own accounting says.
 */
export function freshInterpreter(wasm: object, memory: number): Promise<QuickJSWASMModule> {
  const own = new wasmApi.Memory({ initial: INITIAL_PAGES, maximum: INITIAL_PAGES + Math.ceil((memory + ROOM) / PAGE) });
  const quiet = { print: () => undefined, printErr: () => undefined };
  return newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmModule: wasm as never, wasmMemory: own as never, emscriptenModule: quiet as never }));
}
