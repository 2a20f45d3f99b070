import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson, type JsonValue } from '../crest/json.js';
import { isMissing } from '../store/json-file.js';
import { schemaProblems } from '../systems/provisioner-source.js';
import { MappingError, compileMapping, type Mapping } from './mapping.js';
import { syncFile } from './mapping-source.js';

/** In the configuration folder. */
export const MAPPING_FILE = 'sync.json';

/** A mapping, or why it is none. */
export type MappingEntry = { readonly mapping: Mapping } | { readonly problem: string; readonly problems: readonly string[] };

/** The mappings of `sync.json`, read again whenever the file has changed. */
export class MappingBook {
  readonly #path: string;
  #text = '';
  #entries: ReadonlyMap<string, MappingEntry> = new Map();

  constructor(configurationFolder: string) {
    this.#path = join(configurationFolder, MAPPING_FILE);
  }

  /** In the order of the file. Throws a TypeError when the file as a whole cannot be used. */
  async all(): Promise<ReadonlyMap<string, MappingEntry>> {
    const text = await this.#read();
    if (text === this.#text) return this.#entries;
    this.#entries = compileAll(text);
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

function compileAll(text: string): ReadonlyMap<string, MappingEntry> {
  return text === '' ? new Map() : compileMappings(readMappings(text));
}

/** The mappings of a file by their names, each checked, and then against one another. Throws a TypeError when two have one name. */
export function compileMappings(mappings: readonly JsonValue[]): ReadonlyMap<string, MappingEntry> {
  const entries = new Map<string, MappingEntry>();
  for (const raw of mappings) {
    const name = isObject(raw) && typeof raw['name'] === 'string' ? raw['name'] : '';
    if (entries.has(name)) throw new TypeError(`sync.json: two mappings are called ${name}`);
    entries.set(name, compileOne(raw));
  }
  for (const [name, entry] of entries) {
    const problem = 'mapping' in entry ? linksProblem(entry.mapping, entries) : undefined;
    if (problem !== undefined) entries.set(name, { problem, problems: [problem] });
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
  const parsed = syncFile.safeParse(raw);
  if (!parsed.success) throw new TypeError(`sync.json: ${schemaProblems(parsed.error)}`);
  return parsed.data.mappings;
}

function compileOne(raw: JsonValue): MappingEntry {
  try {
    return { mapping: compileMapping(raw) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'the mapping cannot be used';
    return { problem, problems: error instanceof MappingError ? error.problems : [problem] };
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
