import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, jsonEquals, parseJson, type JsonValue } from '../crest/json.js';
import type { Log } from '../log.js';
import { isMissing } from '../store/json-file.js';
import { schemaProblems } from '../systems/provisioner-source.js';
import { MappingError, compileMapping, type Mapping } from './mapping.js';
import { syncFile } from './mapping-source.js';
import { ScriptFiles } from './script-files.js';

/** In the configuration folder. */
export const MAPPING_FILE = 'sync.json';

/** A mapping, or why what stands in the file (`config`) is none. */
export type MappingEntry = { readonly mapping: Mapping } | { readonly problem: string; readonly problems: readonly string[]; readonly config: JsonValue };

/** The mappings of `sync.json`, read again whenever it or the file of a script has changed. */
export class MappingBook {
  readonly #path: string;
  readonly #files: ScriptFiles;
  readonly #log: Pick<Log, 'error'> | undefined;
  #text: string | undefined = '';
  #entries: ReadonlyMap<string, MappingEntry> = new Map();

  /** `projectFolder`: whose folder `script` holds the files of scripts. `log`: is told of mappings that cannot be used, when the file is read. */
  constructor(configurationFolder: string, projectFolder: string = join(configurationFolder, '..'), log?: Pick<Log, 'error'>) {
    this.#path = join(configurationFolder, MAPPING_FILE);
    this.#files = new ScriptFiles(projectFolder);
    this.#log = log;
  }

  /** In the order of the file. Throws a TypeError when the file as a whole cannot be used. */
  async all(): Promise<ReadonlyMap<string, MappingEntry>> {
    const text = await this.#read();
    if (text === this.#text && !this.#files.hasChanged()) return this.#entries;
    this.#files.forget();
    this.#text = undefined; // of a text that cannot be used, no file is watched: the one before is compiled anew when it is back
    this.#entries = compileAll(text, this.#files);
    this.#text = text;
    for (const [mapping, entry] of this.#entries) if ('problem' in entry) this.#log?.error({ file: MAPPING_FILE, mapping, reason: entry.problem }, 'a mapping cannot be used');
    return this.#entries;
  }

  async get(name: string): Promise<MappingEntry | undefined> {
    return (await this.all()).get(name);
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

/** The mapping that defines the links of another: itself unless it shares them. */
export async function ownerOf(book: MappingBook, mapping: Mapping): Promise<Mapping> {
  const { links } = mapping.settings;
  const entry = links === undefined ? undefined : await book.get(links);
  return entry !== undefined && 'mapping' in entry ? entry.mapping : mapping;
}

function compileAll(text: string, files: ScriptFiles): ReadonlyMap<string, MappingEntry> {
  return text === '' ? new Map() : compileMappings(readMappings(text), files);
}

/** The mappings of a file by their names, each checked, and then against one another. Throws a TypeError when two have one name. */
export function compileMappings(mappings: readonly JsonValue[], files?: ScriptFiles): ReadonlyMap<string, MappingEntry> {
  const entries = new Map<string, MappingEntry>();
  for (const raw of mappings) {
    const name = isObject(raw) && typeof raw['name'] === 'string' ? raw['name'] : '';
    if (entries.has(name)) throw new TypeError(`sync.json: two mappings are called ${name}`);
    entries.set(name, compileOne(raw, files));
  }
  for (const [name, entry] of entries) {
    if (!('mapping' in entry)) continue;
    const problem = linksProblem(entry.mapping, entries);
    if (problem !== undefined) entries.set(name, { problem, problems: [problem], config: entry.mapping.config });
  }
  return entries;
}

function readMappings(text: string): readonly JsonValue[] {
  let raw: JsonValue;
  try {
    raw = parseJson(text);
  } catch (error) {
    throw new TypeError(`sync.json is no valid JSON: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
  return mappingsIn(raw);
}

function mappingsIn(content: JsonValue): readonly JsonValue[] {
  const parsed = syncFile.safeParse(content);
  if (!parsed.success) throw new TypeError(`sync.json: ${schemaProblems(parsed.error)}`);
  return parsed.data.mappings;
}

/**
 * What is to become `sync.json` in the place of `stored`. Throws a TypeError with all that is wrong with mappings that are new or changed, or that
 * could be used before. One that could not be used and stays as it is keeps nobody from changing another.
 */
export function checkMappingFile(content: JsonValue, stored?: JsonValue): void {
  const before = compiledBefore(stored);
  const problems = [...compileMappings(mappingsIn(content))].flatMap(([name, entry]) => {
    if (!('problem' in entry)) return [];
    const former = before.get(name);
    const isKnown = former !== undefined && 'problem' in former && jsonEquals(former.config, entry.config);
    return isKnown ? [] : [`mapping ${name}: ${entry.problem}`];
  });
  if (problems.length > 0) throw new TypeError(problems.join('; '));
}

/** Empty when the file as a whole could not be used. */
function compiledBefore(stored: JsonValue | undefined): ReadonlyMap<string, MappingEntry> {
  try {
    return stored === undefined ? new Map() : compileMappings(mappingsIn(stored));
  } catch (error) {
    if (error instanceof TypeError) return new Map();
    throw error;
  }
}

function compileOne(raw: JsonValue, files: ScriptFiles | undefined): MappingEntry {
  try {
    return { mapping: compileMapping(raw, files) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'the mapping cannot be used';
    return { problem, problems: error instanceof MappingError ? error.problems : [problem], config: raw };
  }
}

/** Links may be shared with a mapping between the same two sets, in either direction. */
function linksProblem(mapping: Mapping, entries: ReadonlyMap<string, MappingEntry>): string | undefined {
  const { links } = mapping.settings;
  if (links === undefined || links === mapping.name) return undefined;
  const entry = entries.get(links);
  const other = entry !== undefined && 'mapping' in entry ? entry.mapping : undefined;
  if (other === undefined) return `links names the mapping ${links}, which cannot be used`;
  if (other.settings.links !== undefined && other.settings.links !== other.name) return `links names the mapping ${links}, which has no links of its own`;
  const isSame = other.source === mapping.source && other.target === mapping.target;
  const isReversed = other.source === mapping.target && other.target === mapping.source;
  return isSame || isReversed ? undefined : `links names the mapping ${links}, which is between other object sets`;
}
