/** JavaScript from outside, run in WebAssembly on threads of its own. See README.md. */
export * from './connector/script-on-connector.js';
export * from '../../../../deploy/runtime/sandbox/limits.js';
export * from './script-sandbox.js';
