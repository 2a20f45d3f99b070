import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyType } from '../config/acme-settings.js';
import { DurableDirectory, type DiskCalls } from './durable-directory.js';
import { parseManifest, type IdentityManifest } from './identity-manifest.js';

const MANIFEST = 'manifest.json';
const KEY_SUFFIX = '.key';
const TEMPORARY_SUFFIX = '.tmp';
/** A file that is younger may belong to another process that is at work: `causeway agent enroll` beside a running agent. */
const LEFT_BEHIND_MS = 600_000;

/** The identity on disk cannot be used, or was changed by somebody else in between. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

/** A change of the manifest; undefined leaves it alone. */
export type Change = (manifest: IdentityManifest | undefined) => Omit<IdentityManifest, 'version' | 'revision'> | undefined;

/**
 * The enrolled identity in `<state directory>/identity`: one manifest with certificates and trust, and one file for each
 * private key. A key is on disk before the manifest names it, and removed after the manifest has stopped naming it, and the
 * manifest is swapped in one step: whenever the process is killed, what the manifest names is there and usable.
 */
export class IdentityStore {
  readonly #directory: DurableDirectory;
  #turn: Promise<unknown> = Promise.resolve();
  #latest: IdentityManifest | undefined;
  #changes = 0;

  constructor(directory: string, disk?: DiskCalls) {
    this.#directory = new DurableDirectory(directory, disk);
  }

  get path(): string {
    return this.#directory.path;
  }

  /** The manifest as it was last read or written here. */
  get latest(): IdentityManifest | undefined {
    return this.#latest;
  }

  /** Undefined for an agent that never enrolled. Rejects with an {@link IdentityError} when the file is there and no manifest. */
  async read(): Promise<IdentityManifest | undefined> {
    const changes = this.#changes;
    const text = await this.#read(MANIFEST);
    try {
      const manifest = text === undefined ? undefined : parseManifest(text);
      if (changes === this.#changes) this.#latest = manifest; // else what was read may be older than what was written meanwhile
      return manifest;
    } catch {
      throw new IdentityError(`${join(this.path, MANIFEST)} is damaged. Restore the directory ${this.path} from a backup, or remove it and enrol again: causeway agent enroll`);
    }
  }

  /** The private key of a slot, PKCS #8 in PEM. */
  async readKey(slot: string): Promise<string> {
    const key = await this.#read(`${slot}${KEY_SUFFIX}`);
    if (key === undefined) throw new IdentityError(`${join(this.path, slot + KEY_SUFFIX)} is missing: the identity cannot be used without its private key. Enrol again: causeway agent enroll --replace`);
    return key;
  }

  /** Makes a private key for a slot that no manifest names yet, and has it on disk when it resolves. */
  async addKey(type: KeyType = 'ecdsa-p256'): Promise<{ readonly slot: string; readonly key: string }> {
    await this.#writing(() => this.#directory.make());
    const slot = randomBytes(8).toString('hex');
    const privateKey = await generateKey(type);
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await this.#writing(() => this.#directory.write(`${slot}${KEY_SUFFIX}`, key, `${slot}${TEMPORARY_SUFFIX}`));
    return { slot, key };
  }

  /** Reads the manifest, changes it, swaps it, and removes keys nobody names any more. Changes happen one after the other. */
  change(change: Change): Promise<IdentityManifest | undefined> {
    const turn = this.#turn.then(() => this.#change(change), () => this.#change(change));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #change(change: Change): Promise<IdentityManifest | undefined> {
    const before = await this.read();
    const after = change(before);
    if (after === undefined) return before;
    const manifest: IdentityManifest = { version: 1, revision: (before?.revision ?? 0) + 1, ...after };
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    parseManifest(text); // nothing is written that could not be read
    await this.#writing(async () => {
      await this.#directory.make();
      await this.#directory.write(MANIFEST, text, `manifest-${process.pid}${TEMPORARY_SUFFIX}`);
    });
    this.#changes += 1;
    this.#latest = manifest;
    await this.#sweep(before, manifest);
    return manifest;
  }

  /** Removes the keys `before` named and `after` does not. Others are left: another process may be about to name them. */
  async #sweep(before: IdentityManifest | undefined, after: IdentityManifest): Promise<void> {
    const named = slotsOf(after);
    for (const slot of slotsOf(before)) {
      if (!named.has(slot)) await this.#writing(() => this.#directory.remove(`${slot}${KEY_SUFFIX}`));
    }
  }

  /** Removes what a killed process left behind: keys no manifest names, half-written files. For the start of the agent. */
  async clear(olderThan = LEFT_BEHIND_MS): Promise<void> {
    const manifest = await this.read();
    const named = slotsOf(manifest);
    for (const name of await this.#directory.names()) {
      const slot = name.endsWith(KEY_SUFFIX) ? name.slice(0, -KEY_SUFFIX.length) : undefined;
      const isWaste = name.endsWith(TEMPORARY_SUFFIX) || (slot !== undefined && !named.has(slot));
      if (isWaste && (await this.#directory.ageOf(name) ?? 0) >= olderThan) await this.#writing(() => this.#directory.remove(name));
    }
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      return await this.#directory.read(name);
    } catch (error) {
      throw new IdentityError(`${join(this.path, name)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
    }
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      throw new IdentityError(`The identity in ${this.path} cannot be written (${code}).`, { cause: error });
    }
  }
}

async function generateKey(type: KeyType): Promise<KeyObject> {
  if (type.startsWith('rsa-')) return (await promisify(generateKeyPair)('rsa', { modulusLength: Number(type.slice('rsa-'.length)) })).privateKey;
  return (await promisify(generateKeyPair)('ec', { namedCurve: type === 'ecdsa-p384' ? 'secp384r1' : 'prime256v1' })).privateKey;
}

function slotsOf(manifest: IdentityManifest | undefined): Set<string> {
  return new Set([manifest?.current?.slot, manifest?.next?.slot].filter((slot) => slot !== undefined));
}
