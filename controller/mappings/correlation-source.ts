import type { JsonValue } from '../crest/json.js';
import { isScript, scriptOf, type MappingScript } from './mapping-script.js';
import type { ScriptFiles } from './script-files.js';

/** `correlationQuery`: a script, or a list of scripts, each with its `linkQualifier` (without one: `default`). Throws a TypeError. */
export function correlationScripts(value: JsonValue | undefined, files: ScriptFiles | undefined): ReadonlyMap<string, MappingScript> {
  const scripts = new Map<string, MappingScript>();
  if (value === undefined || value === null) return scripts;
  for (const [index, given] of (Array.isArray(value) ? value : [value]).entries()) {
    const slot = Array.isArray(value) ? `correlationQuery[${index}]` : 'correlationQuery';
    const { qualifier, script } = oneScript(slot, given, files);
    if (scripts.has(qualifier)) throw new TypeError(`${slot}: there are two for the link qualifier ${qualifier}`);
    scripts.set(qualifier, script);
  }
  return scripts;
}

function oneScript(slot: string, given: JsonValue, files: ScriptFiles | undefined): { readonly qualifier: string; readonly script: MappingScript } {
  if (!isScript(given)) throw new TypeError(`${slot} must be a script that answers a query`);
  const { linkQualifier = 'default', ...rest } = given;
  if (typeof linkQualifier !== 'string' || linkQualifier.trim() === '') throw new TypeError(`${slot}.linkQualifier must be a name`);
  if ('expressionTree' in rest) throw new TypeError(`${slot}: expression trees are not supported; write a script that answers {_queryFilter}`);
  const script = scriptOf(slot, rest, files);
  if (script === undefined) throw new TypeError(`${slot} must be a script that answers a query`);
  return { qualifier: linkQualifier, script };
}
