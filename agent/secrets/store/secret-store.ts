import { readFile, stat } from 'node:fs/promises';
import { GuardedByteArray, GuardedString } from '../../../protocol/model/index.js';
import { SecretError } from '../secret-error.js';
import { isSecretName } from '../secret-url.js';
import { MAX_SECRET_BYTES, type SecretValue } from '../secret-value.js';
import { codeOf } from '../sources/read-file.js';
import { formatStore, parseStore, type Entries, type StoreKey, type StoredEntry } from './store-format.js';
import { firstLineOf, keyOfLine, keyPlaceText, newKeyLine, readKeys, writeKeyLines, type KeyPlace } from './store-key-file.js';
import { withStoreLock } from './store-lock.js';
import { removeDrafts, writeWhole } from './write-whole.js';

export interface StorePlaces {
  readonly file: string;
  readonly key: KeyPlace;
}

/** What may be shown of an entry. */
export interface ListedSecret {
  readonly name: string;
  readonly kind: StoredEntry['kind'];
  readonly changed: string;
}

interface OpenStore {
  readonly key: StoreKey;
  readonly entries: Entries;
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 10_000;
/** Between the two writes of a rotation a reader may see the new key with the old store, or the other way round. */
const READ_ATTEMPTS = 3;

/** Secrets on this machine's disk, encrypted. Read without a lock (files are replaced as a whole); changed under one. */
export class SecretStore {
  readonly #places: StorePlaces;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #now: () => Date;

  constructor(places: StorePlaces, environment: NodeJS.ProcessEnv = process.env, now: () => Date = () => new Date()) {
    this.#places = places;
    this.#environment = environment;
    this.#now = now;
  }

  async read(name: string): Promise<SecretValue> {
    const { key, entries } = await this.#open() ?? missing(this.#places.file);
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry === undefined) throw new SecretError(`The secret store has no entry ${name}: add it with \`causeway secrets set ${name}\`.`);
    const clear = key.unseal(name, entry);
    try {
      return entry.kind === 'text' ? new GuardedString(clear.toString('utf8')) : new GuardedByteArray(clear);
    } finally {
      clear.fill(0);
    }
  }

  async list(): Promise<readonly ListedSecret[]> {
    const entries: Entries = (await this.#open())?.entries ?? {};
    return Object.entries(entries).map(([name, { kind, changed }]) => ({ name, kind, changed })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Adds or replaces. The bytes are the caller's to wipe. Text has to be UTF-8. */
  async set(name: string, kind: StoredEntry['kind'], clear: Uint8Array): Promise<'added' | 'replaced'> {
    if (!isSecretName('store', name)) throw new SecretError('A name of a secret is made of letters, digits, dots, underscores, hyphens and @, in parts separated by /, each beginning with a letter, digit or underscore; at most 200 characters.');
    if (clear.length === 0) throw new SecretError(`The value of ${name} is empty.`);
    if (clear.length > MAX_SECRET_BYTES) throw new SecretError(`The value of ${name} is larger than ${MAX_SECRET_BYTES} bytes.`);
    return this.#changing(async () => {
      const { key, entries } = await this.#open() ?? { key: await this.#firstKey(), entries: {} };
      const known = Object.hasOwn(entries, name);
      if (!known && Object.keys(entries).length >= MAX_ENTRIES) throw new SecretError(`The secret store is full (${MAX_ENTRIES} entries).`);
      await this.#write(key, { ...entries, [name]: key.seal(name, kind, clear, this.#now().toISOString()) });
      return known ? 'replaced' : 'added';
    });
  }

  async remove(name: string): Promise<void> {
    await this.#changing(async () => {
      const { key, entries } = await this.#open() ?? missing(this.#places.file);
      if (!Object.hasOwn(entries, name)) throw new SecretError(`The secret store has no entry ${name}; see \`causeway secrets list\`.`);
      await this.#write(key, Object.fromEntries(Object.entries(entries).filter(([other]) => other !== name)));
    });
  }

  /** Encrypts everything anew, with a new key. Cut off at any point, the store stays readable, and rotating again completes it. */
  async rotateKey(): Promise<number> {
    return this.#changing(async () => {
      const open = await this.#open() ?? missing(this.#places.file);
      const { key: place } = this.#places;
      if (place.kind === 'credential') {
        const [next] = await readKeys(place, this.#environment) ?? [];
        if (next === undefined || next.id === open.key.id) throw new SecretError(`The store has the newest key of ${keyPlaceText(place)} already: put a new key (32 bytes in Base64) in its first line, keep the present one in the second, and rotate again.`);
        return this.#encryptAnew(open, next);
      }
      const present = await this.#lineOf(place.path, open.key);
      const line = newKeyLine();
      await writeKeyLines(place.path, [line, present]);
      const count = await this.#encryptAnew(open, keyOfLine(line));
      await writeKeyLines(place.path, [line]);
      return count;
    });
  }

  /** Alone, with what writers that were cut off left behind out of the way: a draft of a key file holds a key. */
  #changing<T>(work: () => Promise<T>): Promise<T> {
    const { file, key } = this.#places;
    return withStoreLock(file, async () => {
      await removeDrafts(file);
      if (key.kind === 'file') await removeDrafts(key.path);
      return work();
    });
  }

  async #encryptAnew({ key, entries }: OpenStore, next: StoreKey): Promise<number> {
    const renewed = Object.entries(entries).map(([name, entry]): [string, StoredEntry] => {
      const clear = key.unseal(name, entry);
      try {
        return [name, next.seal(name, entry.kind, clear, entry.changed)];
      } finally {
        clear.fill(0);
      }
    });
    await this.#write(next, Object.fromEntries(renewed));
    return renewed.length;
  }

  /** After a rotation that was cut off, the key in use may be the second line. */
  async #lineOf(path: string, key: StoreKey): Promise<string> {
    const first = await firstLineOf(path);
    if (keyOfLine(first).id === key.id) return first;
    const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim()).filter((line) => line !== '');
    const found = lines.find((line) => keyOfLine(line).id === key.id);
    if (found === undefined) throw new SecretError(`${keyPlaceText(this.#places.key)} was changed meanwhile: try again.`);
    return found;
  }

  async #firstKey(): Promise<StoreKey> {
    const { key: place } = this.#places;
    const known = await readKeys(place, this.#environment);
    if (known?.[0] !== undefined) return known[0];
    if (place.kind === 'credential') throw new SecretError(`The secret store cannot be made: there is no ${keyPlaceText(place)}.`);
    const line = newKeyLine();
    await writeKeyLines(place.path, [line]);
    return keyOfLine(line);
  }

  async #write(key: StoreKey, entries: Entries): Promise<void> {
    try {
      await writeWhole(this.#places.file, formatStore(key, entries));
    } catch (error) {
      throw new SecretError(`The secret store ${this.#places.file} cannot be written (${codeOf(error)}); nothing was changed.`);
    }
  }

  /** Undefined when there is no store yet. */
  async #open(): Promise<OpenStore | undefined> {
    const { file, key: place } = this.#places;
    for (let attempt = 1; ; attempt += 1) {
      const text = await this.#readFile();
      if (text === undefined) return undefined;
      const content = parseStore(text, file);
      const keys = await readKeys(place, this.#environment);
      if (keys === undefined) throw new SecretError(`The secret store ${file} cannot be opened: ${keyPlaceText(place)} is missing. Restore it from a backup; without it the secrets are lost and have to be set again.`);
      const key = keys.find(({ id }) => id === content.keyId);
      if (key === undefined) {
        if (attempt < READ_ATTEMPTS) continue;
        throw new SecretError(`The secret store ${file} was encrypted with another key than ${keyPlaceText(place)} holds.`);
      }
      if (!key.isWhole(content)) throw new SecretError(`The secret store ${file} was changed by something else than this program, or is damaged. Restore it from a backup, or move it away and set the secrets again.`);
      return { key, entries: content.entries };
    }
  }

  async #readFile(): Promise<string | undefined> {
    const { file } = this.#places;
    try {
      if ((await stat(file)).size > MAX_FILE_BYTES) throw new SecretError(`${file} is larger than a secret store can be.`);
      return await readFile(file, 'utf8');
    } catch (error) {
      if (error instanceof SecretError) throw error;
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new SecretError(`The secret store ${file} cannot be read (${codeOf(error)}); it has to belong to the user the agent runs as.`);
    }
  }
}

function missing(file: string): never {
  throw new SecretError(`There is no secret store ${file} yet: \`causeway secrets set NAME\` makes it.`);
}
