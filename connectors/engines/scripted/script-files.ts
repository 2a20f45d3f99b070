import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { placeOf, readWithin, scriptNotAllowed } from './allowed-folders.js';
import { LONGEST_SCRIPT } from '../../../deploy/runtime/sandbox/limits.js';
import { candidates, groovyRefused, isGroovy } from './script-names.js';
import { scriptRoots } from './script-roots.js';
import type { ScriptedConfig } from './scripted-connector.js';

export interface ScriptFile {
  /** Path on this machine, or the name of a script the connector brings along. */
  readonly name: string;
  readonly text: string;
}

interface Known extends ScriptFile { /** Undefined: brought along. */ readonly place?: string; readonly modified: number; readonly size: number; looked: number }

type Settings = Pick<ScriptedConfig, 'scriptRoots' | 'classpath' | 'sourceEncoding' | 'minimumRecompilationInterval'>;

/**
 * The scripts of one configuration. A file is read when it is first used and kept; at each further use, though not more often than
 * `minimumRecompilationInterval` (milliseconds) says, its time and size tell whether it is read again. As with Java, that does not
 * depend on `recompileGroovySource`, which is for classes that scripts import.
 */
export class ScriptFiles {
  readonly #config: Settings;
  readonly #bundled: ReadonlyMap<string, string>;
  readonly #allowed: readonly string[] | undefined;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  /** `allowed`: folders files may be in; undefined: anywhere. */
  constructor(config: Settings, bundled: ReadonlyMap<string, string>, allowed?: readonly string[], now: () => number = () => performance.now()) {
    this.#config = config;
    this.#bundled = bundled;
    this.#allowed = allowed;
    this.#now = now;
  }

  /** Rejects with `configuration`, naming slot and file, where there is none or it cannot be read. */
  async load(slot: string, name: string): Promise<ScriptFile> {
    const key = `${slot} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined && await this.#isCurrent(known)) return known;
    const found = await this.#find(slot, name);
    this.#known.set(key, found);
    return found;
  }

  async #isCurrent(known: Known): Promise<boolean> {
    const { place } = known;
    if (place === undefined || this.#now() - known.looked < Math.max(0, this.#config.minimumRecompilationInterval)) return true;
    const now = await placeOf(known.name, this.#allowed);
    if (!('within' in now) || now.within !== place) return false;
    const state = await (this.#allowed === undefined ? stat(place) : lstat(place)).catch(() => undefined);
    if (state?.mtimeMs !== known.modified || state.size !== known.size) return false;
    known.looked = this.#now();
    return true;
  }

  async #find(slot: string, name: string): Promise<Known> {
    const { folders, bundled } = scriptRoots(this.#config);
    const files = candidates(name);
    const outside: string[] = [];
    const allowed: string[] = [];
    for (const folder of folders) ('within' in await placeOf(folder, this.#allowed) ? allowed : outside).push(folder);
    for (const folder of allowed) for (const file of files) {
      const found = await this.#read(slot, join(folder, file));
      if (found !== undefined) return found;
    }
    if (bundled) for (const own of [name, ...files]) {
      const text = this.#bundled.get(own);
      if (text !== undefined) return { name: own, text, modified: 0, size: 0, looked: 0 };
    }
    // Whatever is in there: which files there are is nobody's to find out by naming them.
    if (outside[0] !== undefined) throw scriptNotAllowed(slot, name, outside[0]);
    if (isGroovy(name)) throw groovyRefused(slot, await this.#groovyFile(slot, name, allowed), files);
    throw new ConnectorError('configuration', `${slot}: there is no script '${files.join("' or '")}' in ${folders.length === 0 ? 'the connector' : folders.map((folder) => `'${folder}'`).join(', ')}.`);
  }

  /** The path of the Groovy file, where it is there. */
  async #groovyFile(slot: string, name: string, folders: readonly string[]): Promise<string> {
    for (const folder of folders) {
      const file = join(folder, name);
      if (await this.#read(slot, file).catch(() => undefined) !== undefined) return file;
    }
    return name;
  }

  /** Undefined where there is no such file. */
  async #read(slot: string, path: string): Promise<Known | undefined> {
    try {
      // In one encoding or another, no script is longer.
      const found = await readWithin(slot, path, this.#allowed, 4 * LONGEST_SCRIPT);
      if (found === undefined) return undefined;
      const { bytes, ...state } = found;
      return { name: path, text: new TextDecoder(this.#config.sourceEncoding, { fatal: true }).decode(bytes), ...state, looked: this.#now() };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw new ConnectorError('configuration', `${slot}: '${path}' cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
    }
  }
}
