import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, type JsonValue } from '../../crest/json.js';
import { ResourceError, notFound } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import { isMissing } from '../../store/json-file.js';
import { compileManaged, type ManagedCompilerParts } from './compile-managed.js';
import type { ManagedType } from './managed-type.js';

/** In the configuration folder. */
export const MANAGED_FILE = 'managed.json';

/** The types of `managed.json`, read again whenever the file has changed. A file that cannot be used leaves what was read before. */
export class ManagedBook {
  readonly #path: string;
  readonly #parts: ManagedCompilerParts;
  readonly #log: Log;
  #text = '';
  #types: ReadonlyMap<string, ManagedType> = new Map();
  /** Why the file as it stands cannot be used. */
  #problem: string | undefined;
  /** Nothing good was read so far, although there is a file. */
  #isLost = false;

  constructor(configurationFolder: string, parts: ManagedCompilerParts, log: Log) {
    this.#path = join(configurationFolder, MANAGED_FILE);
    this.#parts = parts;
    this.#log = log;
  }

  /** In the order of the file. Throws 503 while no good file was read. */
  async all(): Promise<ReadonlyMap<string, ManagedType>> {
    const text = await this.#read();
    if (text !== this.#text || this.#parts.hooks?.hasChanged() === true) this.#take(text);
    if (this.#isLost) throw new ResourceError(503, `There are no managed objects: ${this.#problem ?? 'the file cannot be used'}`);
    return this.#types;
  }

  /** Throws 404 when there is no such type. */
  async get(name: string): Promise<ManagedType> {
    const type = (await this.all()).get(name);
    if (type === undefined) throw notFound(`Resource 'managed/${name}' not found`);
    return type;
  }

  /** Throws a TypeError that says what is wrong with a file before it is written. */
  check(file: JsonValue): void {
    compileManaged(file, this.#parts);
  }

  #take(text: string): void {
    this.#text = text;
    this.#parts.hooks?.forget();
    try {
      const { types, warnings } = text === '' ? { types: new Map<string, ManagedType>(), warnings: [] } : compileManaged(parse(text), this.#parts);
      this.#types = types;
      this.#problem = undefined;
      this.#isLost = false;
      this.#log.info({ file: MANAGED_FILE, types: [...types.keys()] }, 'types of managed objects loaded');
      for (const warning of warnings) this.#log.warn({ file: MANAGED_FILE }, warning);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : 'it cannot be used';
      this.#isLost = this.#types.size === 0;
      this.#log.error({ file: MANAGED_FILE, reason: this.#problem, goesOnWith: [...this.#types.keys()] }, 'the file of managed objects cannot be used');
    }
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return '';
      throw error;
    }
  }
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    throw new TypeError(`managed.json is no valid JSON: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
}
