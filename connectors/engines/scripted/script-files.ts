import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { isWithin, scriptNotAllowed } from './allowed-folders.js';
import { LONGEST_SCRIPT } from './sandbox/limits.js';
import { candidates, groovyRefused, isGroovy } from './script-names.js';
import { scriptRoots } from './script-roots.js';
import type { ScriptedConfig } from './scripted-connector.js';

export interface ScriptFile {
  /** Path on this machine, or the name of a script the connector brings along. */
  readonly name: string;
  readonly text: string;
}

interface Known extends ScriptFile { readonly modified: number; readonly size: number; looked: number }

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
    if (known.size < 0 || this.#now() - known.looked < Math.max(0, this.#config.minimumRecompilationInterval)) return true;
    const state = await stat(known.name).catch(() => undefined);
    if (state?.mtimeMs !== known.modified || state.size !== known.size) return false;
    known.looked = this.#now();
    return true;
  }

  async #find(slot: string, name: string): Promise<Known> {
    const { folders, bundled } = scriptRoots(this.#config);
    const files = candidates(name);
    const places = await Promise.all(folders.map((folder) => this.#isAllowed(folder)));
    for (const folder of folders.filter((_, index) => places[index])) for (const file of files) {
      const found = await this.#read(slot, join(folder, file));
      if (found !== undefined) return found;
    }
    if (bundled) for (const own of [name, ...files]) {
      const text = this.#bundled.get(own);
      if (text !== undefined) return { name: own, text, modified: 0, size: -1, looked: 0 };
    }
    const outside = folders.find((_, index) => !places[index]);
    if (outside !== undefined) throw scriptNotAllowed(slot, name, outside);
    if (isGroovy(name)) throw groovyRefused(slot, name, files);
    throw new ConnectorError('configuration', `${slot}: there is no script '${files.join("' or '")}' in ${folders.length === 0 ? 'the connector' : folders.map((folder) => `'${folder}'`).join(', ')}.`);
  }

  /** Undefined where there is no such file. */
  async #read(slot: string, path: string): Promise<Known | undefined> {
    try {
      const state = await stat(path);
      await this.#checkPlace(slot, path);
      if (!state.isFile()) throw new Error('it is no file');
      // In one encoding or another, no script is longer.
      if (state.size > 4 * LONGEST_SCRIPT) throw new Error(`it has ${state.size} bytes; ${LONGEST_SCRIPT} characters are the most`);
      const bytes = await readFile(path);
      return { name: path, text: new TextDecoder(this.#config.sourceEncoding, { fatal: true }).decode(bytes), modified: state.mtimeMs, size: state.size, looked: this.#now() };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new ConnectorError('configuration', `${slot}: '${path}' cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
    }
  }

  /** By where the file really is: a link within an allowed folder may lead out of it. */
  async #checkPlace(slot: string, path: string): Promise<void> {
    const real = await realpath(path);
    if (!await this.#isAllowed(real)) throw scriptNotAllowed(slot, path, dirname(real));
  }

  #isAllowed(path: string): Promise<boolean> {
    return isWithin(path, this.#allowed);
  }
}
