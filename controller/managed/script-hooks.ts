import { isObject, type JsonValue } from '../crest/json.js';
import { ResourceError } from '../crest/resource-error.js';
import { scriptOf, type MappingScript } from '../mappings/mapping-script.js';
import type { MappingScripts } from '../mappings/mapping-scripts.js';
import type { ScriptFiles } from '../mappings/script-files.js';
import type { HookCall, HookOutcome, HookScript, ManagedHooks } from './managed-hooks.js';

/** Scripts of managed objects in the sandbox of those of mappings, with the same limits and the same `openidm`. */
export class ScriptHooks implements ManagedHooks {
  readonly #scripts: MappingScripts;
  readonly #files: ScriptFiles;
  readonly #compiled = new WeakMap<HookScript, MappingScript>();

  constructor(scripts: MappingScripts, files: ScriptFiles) {
    this.#scripts = scripts;
    this.#files = files;
  }

  compile(slot: string, script: JsonValue): HookScript {
    const compiled = scriptOf(slot, script, this.#files);
    if (compiled === undefined) throw new TypeError(`${slot} must be a script`);
    this.#compiled.set(compiled, compiled);
    return compiled;
  }

  hasChanged(): boolean {
    return this.#files.hasChanged();
  }

  forget(): void {
    this.#files.forget();
  }

  async run({ container, script, bindings }: HookCall, signal: AbortSignal): Promise<HookOutcome> {
    const own = this.#compiled.get(script);
    if (own === undefined) throw new TypeError('A script of other hooks');
    const given = 'object' in bindings ? ['object'] : [];
    const [outcome] = await this.#scripts.evaluate(container, [{ script: own, bindings, given }], signal);
    if (outcome === undefined) throw new ResourceError(500, `${own.slot} of ${container} gave nothing`);
    if ('error' in outcome) throw new ResourceError(500, `${own.slot} of ${container}: ${outcome.error.message}`, { cause: outcome.error });
    const { object } = outcome.given;
    return { value: outcome.value, object: isObject(object) ? object : undefined };
  }
}
