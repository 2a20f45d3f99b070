/** The part of WebAssembly that is used here; Node's types have none without those of the browser. */
export const wasm = (globalThis as unknown as { readonly WebAssembly: { compile(bytes: Uint8Array): Promise<object> } }).WebAssembly;
