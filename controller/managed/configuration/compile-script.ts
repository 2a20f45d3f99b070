import { isObject, type JsonValue } from '../../crest/json.js';
import type { CryptoKeys } from '../../systems/encrypted-values.js';
import type { HookScript, ManagedHooks } from '../managed-hooks.js';

export interface CompileParts {
  readonly keys: CryptoKeys;
  /** Undefined: scripts cannot be run here, and one is a problem. */
  readonly hooks: ManagedHooks | undefined;
  /** Takes what is wrong. */
  readonly problem: (text: string) => void;
  /** Takes what works differently from what it may be thought to. */
  readonly warning: (text: string) => void;
}

/** Undefined: there is none, or it cannot be used, and why has been told. */
export function compileScript(slot: string, script: JsonValue | undefined, { hooks, problem }: CompileParts): HookScript | undefined {
  if (script === undefined || script === null) return undefined;
  if (hooks === undefined || !isObject(script)) {
    problem(hooks === undefined ? `${slot}: scripts of managed objects cannot be run by this controller` : `${slot} must be a script`);
    return undefined;
  }
  try {
    return hooks.compile(slot, script);
  } catch (error) {
    problem(error instanceof Error ? error.message : `${slot} cannot be used`);
    return undefined;
  }
}
