import type { ScriptFiles } from '../mappings/script-files.js';
import { scriptOf } from '../mappings/mapping-script.js';
import type { ManagedHooks } from './managed-hooks.js';

/** Reads scripts of managed objects as a start does, and runs none. `files` undefined: only what can be seen without files is checked. */
export function checkingHooks(files: ScriptFiles | undefined): ManagedHooks {
  return {
    compile: (slot, script) => scriptOf(slot, script, files) ?? {},
    run: () => Promise.reject(new Error('A check runs no scripts')),
    hasChanged: () => false,
    forget: () => undefined,
  };
}
