import { Script } from 'node:vm';
import { isObject, type JsonObject, type JsonValue } from '../crest/json.js';
import type { ScriptFiles } from './script-files.js';

/** A script of a mapping, read and checked. */
export interface MappingScript {
  /** Where it stands, e.g. `properties[2].transform`. */
  readonly slot: string;
  readonly text: string;
  /** `globals` and further keys of the script: variables with these values. */
  readonly bindings: JsonObject;
}

const JAVASCRIPT = /^(?:text\/|application\/)?(?:javascript|ecmascript|js)$/i;
const OWN_KEYS: ReadonlySet<string> = new Set(['type', 'source', 'file', 'globals']);
const LONGEST = 1024 ** 2;

/** Whether a slot holds a script; anything else may be a filter, a flag or a name. */
export function isScript(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}

/** Undefined: there is none. Throws a TypeError that names the slot. `files` undefined: only what can be seen without files is checked. */
export function scriptOf(slot: string, value: JsonValue | undefined, files: ScriptFiles | undefined): MappingScript | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isScript(value)) throw new TypeError(`${slot} must be a script: {"type": "text/javascript", "source": …} or with "file"`);
  const { type, source, file, globals } = value;
  checkType(slot, type);
  if (globals !== undefined && !isObject(globals)) throw new TypeError(`${slot}.globals must be an object`);
  if ((source === undefined) === (file === undefined)) throw new TypeError(`${slot} must have either source or file`);
  const text = source === undefined ? fileText(slot, file, files) : source;
  if (typeof text !== 'string') throw new TypeError(`${slot}.source must be a text`);
  if (text.length > LONGEST) throw new TypeError(`${slot} has ${text.length} characters; ${LONGEST} are the most`);
  const bindings = { ...globals, ...Object.fromEntries(Object.entries(value).filter(([key]) => !OWN_KEYS.has(key))) };
  for (const name of Object.keys(bindings)) checkName(slot, name);
  checkSyntax(slot, text);
  return { slot, text, bindings };
}

function checkType(slot: string, type: JsonValue | undefined): void {
  if (typeof type !== 'string') throw new TypeError(`${slot}.type must be text/javascript`);
  if (JAVASCRIPT.test(type.trim())) return;
  if (/groovy/i.test(type)) throw new TypeError(`${slot}: scripts in Groovy are not supported; write it in JavaScript, with the type text/javascript`);
  throw new TypeError(`${slot}.type: scripts in ${JSON.stringify(type.slice(0, 40))} are not supported; text/javascript is`);
}

function fileText(slot: string, file: JsonValue | undefined, files: ScriptFiles | undefined): string {
  if (typeof file !== 'string' || file.trim() === '') throw new TypeError(`${slot}.file must be the name of a file`);
  if (/\.groovy$/i.test(file)) throw new TypeError(`${slot}: scripts in Groovy are not supported (${file}); write it in JavaScript`);
  if (files === undefined) return '';
  try {
    return files.read(file);
  } catch (error) {
    throw new TypeError(`${slot}.file: ${error instanceof Error ? error.message : 'cannot be read'}`, { cause: error });
  }
}

/** What a variable may be called. */
function checkName(slot: string, name: string): void {
  const isName = /^[A-Za-z_$][\w$]*$/.test(name) && parses(`(function (${name}) {})`) === undefined;
  if (!isName) throw new TypeError(`${slot}: ${JSON.stringify(name)} cannot be the name of a variable`);
}

/** Compiles and runs nothing. A script may be statements, or a body that returns. */
function checkSyntax(slot: string, text: string): void {
  const problem = parses(text);
  if (problem !== undefined && parses(`(function () {${text}\n})`) !== undefined && parses(`(${text}\n)`) !== undefined) throw new TypeError(`${slot}: ${problem}`);
}

function parses(text: string): string | undefined {
  try {
    new Script(text);
    return undefined;
  } catch (error) {
    // Of another realm, so it is no instance of our SyntaxError.
    return String(error);
  }
}
