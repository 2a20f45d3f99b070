import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, writeJsonFile } from '../../store/json-file.js';

/** A key of the session cookies: 64 bytes, half for AES-256-CBC and half for HMAC-SHA-512 (A256CBC-HS512, RFC 7518 section 5.2.5). */
export interface SessionKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Where the keys of session cookies come from: a file of one controller, or the database of a fleet. */
export interface SessionKeys {
  /** The one to seal with. */
  current(): Promise<SessionKey>;
  /** One that was used to seal; undefined when it is not known (any more). */
  find(id: string): Promise<SessionKey | undefined>;
}

export const SESSION_KEY_LENGTH = 64;
const keyFile = z.strictObject({ id: z.string().min(1).max(64), secret: z.base64().refine((text) => Buffer.from(text, 'base64').length === SESSION_KEY_LENGTH) });

/** One key that seals everything, read or made when first needed. A failure to do so rejects, and is tried again at the next use. */
export class OneSessionKey implements SessionKeys {
  readonly #readOrMake: () => Promise<SessionKey>;
  #key: Promise<SessionKey> | undefined;

  constructor(readOrMake: () => Promise<SessionKey>) {
    this.#readOrMake = readOrMake;
  }

  current(): Promise<SessionKey> {
    const key = this.#key ?? this.#readOrMake();
    this.#key = key;
    key.catch(() => { this.#key = undefined; });
    return key;
  }

  async find(id: string): Promise<SessionKey | undefined> {
    const key = await this.current();
    return key.id === id ? key : undefined;
  }
}

/** The key in `console/session-key.json` of the data folder. Removing the file and a restart end every session. */
export function sessionKeyFile(dataFolder: string): SessionKeys {
  const path = join(dataFolder, 'console', 'session-key.json');
  return new OneSessionKey(async () => {
    const stored = await readJsonFile(path);
    if (stored === undefined) {
      const made = { id: randomUUID(), secret: randomBytes(SESSION_KEY_LENGTH) };
      await writeJsonFile(path, { id: made.id, secret: made.secret.toString('base64') });
      return made;
    }
    const parsed = keyFile.safeParse(stored);
    if (!parsed.success) throw new Error(`${path} holds no key for sessions. Remove it: a new one is made, and everybody signs in again.`);
    return { id: parsed.data.id, secret: Buffer.from(parsed.data.secret, 'base64') };
  });
}
