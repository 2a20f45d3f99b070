import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject, parseJson, writeJson, type JsonValue } from '../crest/json.js';
import { isMissing, writeWhole } from './json-file.js';
import { PendingText } from './pending-text.js';

/** That a source object and a target object are the same thing. */
export interface Link {
  readonly firstId: string;
  readonly secondId: string;
}

/** Ids compare as they are, or without regard to case. */
export interface LinkIdRules {
  readonly firstCaseSensitive: boolean;
  readonly secondCaseSensitive: boolean;
}

/** Lines that say nothing any more, per live link, before the file is rewritten; small files are left alone. */
const GARBAGE_RATIO = 1;
const SMALL = 1_000;

/**
 * The links of one type: an append-only file, one JSON line per change, and two maps in memory. Each id has one link at
 * most. A line that a crash cut short is dropped when the file is read.
 */
export class LinkTable {
  readonly #path: string;
  readonly #rules: LinkIdRules;
  readonly #text: PendingText;
  readonly #byFirst = new Map<string, Link>();
  readonly #bySecond = new Map<string, Link>();
  #lines = 0;

  private constructor(path: string, rules: LinkIdRules) {
    this.#path = path;
    this.#text = new PendingText(path);
    this.#rules = rules;
  }

  static async open(path: string, rules: LinkIdRules): Promise<LinkTable> {
    const table = new LinkTable(path, rules);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await table.#load();
    return table;
  }

  get size(): number {
    return this.#byFirst.size;
  }

  all(): IterableIterator<Link> {
    return this.#byFirst.values();
  }

  byFirst(id: string): Link | undefined {
    return this.#byFirst.get(this.#firstKey(id));
  }

  bySecond(id: string): Link | undefined {
    return this.#bySecond.get(this.#secondKey(id));
  }

  /** Throws when one of the two has another link: links are never moved silently. */
  add(firstId: string, secondId: string): Promise<void> {
    const [first, second] = [this.byFirst(firstId), this.bySecond(secondId)];
    if (first !== undefined && first === second) return this.#text.isEmpty ? Promise.resolve() : this.#text.drained();
    if (this.#text.isFull) return this.#text.drained().then(() => this.add(firstId, secondId));
    if (first !== undefined) throw new Error(`${firstId} is linked to ${first.secondId} already`);
    if (second !== undefined) throw new Error(`${secondId} is linked to ${second.firstId} already`);
    this.#put({ firstId, secondId });
    return this.#append({ add: [firstId, secondId] });
  }

  /** Nothing when there is no such link. */
  remove(link: Link): Promise<void> {
    if (this.byFirst(link.firstId)?.secondId !== link.secondId) return Promise.resolve();
    if (this.#text.isFull) return this.#text.drained().then(() => this.remove(link));
    this.#drop(link);
    return this.#append({ remove: [link.firstId, link.secondId] });
  }

  /** Resolves when everything is on disk. */
  flush(): Promise<void> {
    return this.#text.sync();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#text.close();
    }
  }

  #put(link: Link): void {
    this.#byFirst.set(this.#firstKey(link.firstId), link);
    this.#bySecond.set(this.#secondKey(link.secondId), link);
  }

  #drop({ firstId, secondId }: Link): void {
    this.#byFirst.delete(this.#firstKey(firstId));
    this.#bySecond.delete(this.#secondKey(secondId));
  }

  #firstKey(id: string): string {
    return this.#rules.firstCaseSensitive ? id : id.toLowerCase();
  }

  #secondKey(id: string): string {
    return this.#rules.secondCaseSensitive ? id : id.toLowerCase();
  }

  async #load(): Promise<void> {
    const text = await readLog(this.#path);
    const lines = text.split('\n');
    const torn = lines.pop() ?? '';
    for (const line of lines) this.#replay(line);
    this.#lines = lines.length;
    const garbage = this.#lines - this.#byFirst.size;
    if (torn !== '' || (this.#lines > SMALL && garbage > this.#byFirst.size * GARBAGE_RATIO)) await this.#compact();
  }

  #replay(line: string): void {
    let entry: JsonValue;
    try {
      entry = parseJson(line);
    } catch (error) {
      throw new Error(`${this.#path} is damaged (line ${JSON.stringify(line.slice(0, 80))}); restore it or delete it to link anew`, { cause: error });
    }
    const [add, remove] = isObject(entry) ? [pair(entry['add']), pair(entry['remove'])] : [];
    if (add !== undefined) this.#put(add);
    if (remove !== undefined) this.#drop(remove);
  }

  async #compact(): Promise<void> {
    let text = '';
    for (const { firstId, secondId } of this.#byFirst.values()) text += `${writeJson({ add: [firstId, secondId] })}\n`;
    await writeWhole(this.#path, text);
    this.#lines = this.#byFirst.size;
  }

  #append(entry: JsonValue): Promise<void> {
    this.#lines += 1;
    return this.#text.add(`${writeJson(entry)}\n`);
  }
}

function pair(value: JsonValue | undefined): Link | undefined {
  if (!Array.isArray(value)) return undefined;
  const [firstId, secondId] = value;
  return typeof firstId === 'string' && typeof secondId === 'string' ? { firstId, secondId } : undefined;
}

async function readLog(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}
