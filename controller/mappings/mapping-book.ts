import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson, type JsonValue } from '../crest/json.js';
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
  #text = '';
  #entries: ReadonlyMap<string, MappingEntry> = new Map();

  /** `projectFolder`: whose folder `script` holds the files of scripts. */
  constructor(configurationFolder: string, projectFolder: string = join(configurationFolder, '..')) {
    this.#path = join(configurationFolder, MAPPING_FILE);
    this.#files = new ScriptFiles(projectFolder);
  }

  /** In the order of the file. Throws a TypeError when the file as a whole cannot be used. */
  async all(): Promise<ReadonlyMap<string, MappingEntry>> {
    const text = await this.#read();
    if (text === this.#text && !this.#files.hasChanged()) return this.#entries;
    this.#files.forget();
    this.#entries = compileAll(text, this.#files);
    this.#text = text;
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

/** What is to become `sync.json`. Throws a TypeError with all that is wrong with its mappings. */
export function checkMappingFile(content: JsonValue): void {
  const problems = [...compileMappings(mappingsIn(content))].flatMap(([name, entry]) => ('problem' in entry ? [`mapping ${name}: ${entry.problem}`] : []));
  if (problems.length > 0) throw new TypeError(problems.join('; '));
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
