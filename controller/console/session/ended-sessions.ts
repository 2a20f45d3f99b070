import { join } from 'node:path';
import { isObject } from '../../crest/json.js';
import { readJsonFile, writeJsonFile } from '../../store/json-file.js';

/** Ids that count no more although their tokens have time left: in a file of one controller, or in the database of a fleet. */
export interface EndedSessions {
  /** `until`: when the token runs out by itself, milliseconds since 1970. Resolves when it is kept; false: it had ended before. */
  end(id: string, until: number): Promise<boolean>;
  hasEnded(id: string): Promise<boolean>;
}

/** In `console/ended-sessions.json` of the data folder, so that they stay ended over a restart. */
export class EndedSessionFile implements EndedSessions {
  readonly #path: string;
  readonly #now: () => number;
  #ended: Promise<Map<string, number>> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(dataFolder: string, now: () => number = Date.now) {
    this.#path = join(dataFolder, 'console', 'ended-sessions.json');
    this.#now = now;
  }

  async end(id: string, until: number): Promise<boolean> {
    const ended = await this.#all();
    if (ended.has(id)) return false;
    ended.set(id, until);
    for (const [each, over] of ended) if (over < this.#now()) ended.delete(each);
    this.#writing = this.#writing.catch(() => undefined).then(() => writeJsonFile(this.#path, Object.fromEntries(ended)));
    await this.#writing;
    return true;
  }

  async hasEnded(id: string): Promise<boolean> {
    return (await this.#all()).has(id);
  }

  #all(): Promise<Map<string, number>> {
    const ended = this.#ended ?? this.#read();
    this.#ended = ended;
    ended.catch(() => { this.#ended = undefined; });
    return ended;
  }

  async #read(): Promise<Map<string, number>> {
    const stored = await readJsonFile(this.#path);
    if (stored === undefined) return new Map();
    if (!isObject(stored)) throw new Error(`${this.#path} is damaged: nobody could say which sessions have ended. Remove it together with session-key.json.`);
    return new Map(Object.entries(stored).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  }
}
