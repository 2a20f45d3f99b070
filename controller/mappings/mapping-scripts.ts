import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectorError } from '../../protocol/model/index.js';
import type { BatchOutcome, BatchRunner, BatchScript, LogLevel } from '../../deploy/runtime/sandbox/batch-runner.js';
import { isObject, parseJson, type JsonObject, type JsonValue } from '../crest/json.js';
import type { RequestHandler } from '../crest/request.js';
import type { MappingScript } from './mapping-script.js';
import { openidmFunctions } from './openidm-functions.js';
import { openidmLibrary } from './openidm-library.js';
import { scriptText } from './script-text.js';

/** One script to run, and what it sees. */
export interface ScriptCall {
  readonly script: MappingScript;
  /** The variables of its slot; undefined is null for the script. */
  readonly bindings: Readonly<Record<string, JsonValue | undefined>>;
  /** Variables that are wanted back as the script has left them. */
  readonly given?: readonly string[] | undefined;
}

/** `value` undefined: the script answered nothing. */
export type ScriptOutcome = { readonly value: JsonValue | undefined; readonly given: JsonObject } | { readonly error: ConnectorError };

export interface MappingScriptsParts {
  /** The sandbox; asked for when the first script runs. */
  readonly runner: () => Promise<BatchRunner>;
  /** What `openidm` of a script reaches. */
  readonly router: () => RequestHandler;
  readonly log: (mapping: string, level: LogLevel, text: string) => void;
  /** `identityServer.getProjectLocation()`. */
  readonly projectFolder: string;
}

/** Scripts that run because a script called `openidm`, at most. */
const DEEPEST = 4;
const depth = new AsyncLocalStorage<number>();

/** Runs the scripts of mappings, many at a time in one sandbox that holds nothing of another mapping. */
export class MappingScripts {
  readonly #parts: MappingScriptsParts;
  readonly #library: string;

  constructor(parts: MappingScriptsParts) {
    this.#parts = parts;
    this.#library = openidmLibrary({ projectLocation: parts.projectFolder });
  }

  /** One outcome for each call. Rejects when the signal fires. */
  async evaluate(mapping: string, calls: readonly ScriptCall[], signal: AbortSignal): Promise<readonly ScriptOutcome[]> {
    if (calls.length === 0) return [];
    const level = depth.getStore() ?? 0;
    if (level >= DEEPEST) throw new RangeError(`Scripts of mappings call one another deeper than ${DEEPEST} times`);
    const runner = await this.#parts.runner();
    const batch = new CallBatch(calls);
    const outcomes = await runner.run({
      scripts: batch.scripts, values: batch.values, items: batch.items, library: this.#library, isNested: level > 0, signal,
      functions: depth.run(level + 1, () => openidmFunctions(this.#parts.router, `mapping:${mapping}`, (work) => depth.run(level + 1, work))),
      log: (at, text) => { this.#parts.log(mapping, at, text); },
    });
    return outcomes.map(readOutcome);
  }
}

function readOutcome(outcome: BatchOutcome): ScriptOutcome {
  if ('error' in outcome) return outcome;
  const read = parseJson(outcome.text);
  const { v: value, g: given } = isObject(read) ? read : {};
  return { value, given: isObject(given) ? given : {} };
}

/** Calls as a batch: each script and each value once. */
class CallBatch {
  readonly scripts: BatchScript[] = [];
  readonly values: string[] = [];
  readonly items: number[][] = [];
  readonly #scripts = new Map<MappingScript, { readonly index: number; readonly names: readonly string[] }>();
  readonly #objects = new Map<JsonValue | undefined, number>();

  constructor(calls: readonly ScriptCall[]) {
    for (const call of calls) {
      const { index, names } = this.#script(call);
      this.items.push([index, ...names.map((name) => this.#value(Object.hasOwn(call.bindings, name) ? call.bindings[name] : call.script.bindings[name]))]);
    }
  }

  #script({ script, bindings, given }: ScriptCall): { readonly index: number; readonly names: readonly string[] } {
    const known = this.#scripts.get(script);
    if (known !== undefined) return known;
    const names = [...new Set([...Object.keys(bindings), ...Object.keys(script.bindings)])];
    const made = { index: this.scripts.push({ parameters: names, text: script.text, given }) - 1, names };
    this.#scripts.set(script, made);
    return made;
  }

  #value(value: JsonValue | undefined): number {
    const known = this.#objects.get(value);
    if (known !== undefined) return known;
    const index = this.values.push(scriptText(value)) - 1;
    this.#objects.set(value, index);
    return index;
  }
}
