import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, type JsonValue } from '../crest/json.js';
import { System, digestOf, type FileName, type SystemEnvironment } from './system.js';

const FILE = /^provisioner\.openicf-(.+)\.json$/;
/** Editors and configuration tools write in several steps; one reload for all of them, in milliseconds. */
const SETTLE = 200;

/** The systems of a configuration folder. A file that cannot be used leaves its system listed with the reason. */
export class SystemRegistry {
  readonly #folder: string;
  readonly #environment: SystemEnvironment;
  #systems: ReadonlyMap<FileName, System> = new Map();
  #byName: ReadonlyMap<string, System> = new Map();
  #loading: Promise<void> = Promise.resolve();

  constructor(folder: string, environment: SystemEnvironment) {
    this.#folder = folder;
    this.#environment = environment;
  }

  get all(): readonly System[] {
    return [...this.#systems.values()];
  }

  /** Exact name, as in URLs. */
  get(name: string): System | undefined {
    return this.#byName.get(name);
  }

  byFile(fileName: FileName): System | undefined {
    return this.#systems.get(fileName);
  }

  /** Reads all files and takes them over at once. Files that did not change keep their system. */
  load(): Promise<void> {
    const next = this.#loading.then(() => this.#read(), () => this.#read());
    this.#loading = next;
    return next;
  }

  async #read(): Promise<void> {
    const files = (await readdir(this.#folder)).filter((file) => FILE.test(file)).sort();
    const systems = await Promise.all(files.map((file) => this.#readFile(file)));
    const byName = new Map<string, System>();
    for (const system of systems) {
      const first = byName.get(system.name);
      if (first === undefined) byName.set(system.name, system);
      else this.#environment.log.error({ system: system.name, file: system.fileName, used: first.fileName }, 'two provisioner files have one name; the first is used');
    }
    this.#systems = new Map(systems.map((system) => [system.fileName, system]));
    this.#byName = byName;
  }

  async #readFile(file: string): Promise<System> {
    const fileName = FILE.exec(file)?.[1] ?? file;
    const { log } = this.#environment;
    const [text, problem] = await readText(join(this.#folder, file));
    const known = this.#systems.get(fileName);
    // A broken file is read again: what it refers to may be there now.
    if (known !== undefined && known.error === undefined && known.digest === digestOf(text)) return known;
    const [raw, syntax] = parse(text);
    const system = new System(fileName, text, raw, this.#environment, problem ?? syntax);
    if (system.error !== undefined && system.error !== known?.error) log.error({ file, system: system.name, reason: system.error }, 'provisioner file cannot be used');
    else if (system.error === undefined) log.info({ file, system: system.name, enabled: system.isEnabled }, known === undefined ? 'system loaded' : 'system reloaded');
    return system;
  }

  /** Reloads when the folder changes. The result stops it. */
  watch(): () => void {
    let timer: NodeJS.Timeout | undefined;
    const { log } = this.#environment;
    const watcher = watch(this.#folder, { persistent: false }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.load().catch((error: unknown) => log.error({ err: error }, 'provisioner files cannot be read'));
      }, SETTLE);
    });
    watcher.on('error', (error) => log.error({ err: error }, 'changes of the configuration folder are not seen any more'));
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  }
}

async function readText(path: string): Promise<[string, string | undefined]> {
  try {
    return [await readFile(path, 'utf8'), undefined];
  } catch (error) {
    return ['', error instanceof Error ? error.message : 'the file cannot be read'];
  }
}

function parse(text: string): [JsonValue | undefined, string | undefined] {
  try {
    return [parseJson(text), undefined];
  } catch (error) {
    return [undefined, `no valid JSON: ${error instanceof Error ? error.message : 'unknown reason'}`];
  }
}
