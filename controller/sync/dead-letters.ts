import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, writeJson, type JsonObject } from '../crest/json.js';
import { isMissing, readJsonFile } from '../store/json-file.js';

export interface DeadLetter {
  /** The delta's token as text, which is also the letter's id. */
  readonly token: string;
  readonly systemIdentifier: string;
  readonly objectType: string;
  readonly uid: string;
  readonly failedRecord: JsonObject | null;
  readonly failureCause: string;
}

/** Changes that were given up, one file each, for people to look at. */
export class DeadLetters {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'dead-letters');
  }

  /** Rejects when there is a letter of that token already. */
  async add(letter: DeadLetter): Promise<void> {
    await mkdir(this.#of(letter.systemIdentifier), { recursive: true, mode: 0o700 });
    await writeFile(this.#path(letter.systemIdentifier, letter.token), writeJson({ ...letter }, 2), { flag: 'wx', mode: 0o600 });
  }

  async read(system: string, token: string): Promise<JsonObject | undefined> {
    const found = await readJsonFile(this.#path(system, token));
    return isObject(found) ? found : undefined;
  }

  async tokens(system: string): Promise<string[]> {
    try {
      const files = (await readdir(this.#of(system))).filter((file) => file.endsWith('.json'));
      const letters = await Promise.all(files.map((file) => readJsonFile(join(this.#of(system), file))));
      return letters.flatMap((letter) => (isObject(letter) && typeof letter['token'] === 'string' ? [letter['token']] : []));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** How many there are, by system. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const name of await namesIn(this.#folder)) {
      counts.set(decodeURIComponent(name), (await namesIn(join(this.#folder, name))).filter((file) => file.endsWith('.json')).length);
    }
    return counts;
  }

  #of(system: string): string {
    return join(this.#folder, encodeURIComponent(system));
  }

  /** A token may be longer than a file name can be. */
  #path(system: string, token: string): string {
    return join(this.#of(system), `${createHash('sha256').update(token).digest('hex')}.json`);
  }
}

/** None of a folder that is not there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}
