import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { GuardedByteArray } from '../../../protocol/model/index.js';
import { SecretError } from '../secret-error.js';

/**
 * The file of the local store: JSON with one AES-256-GCM ciphertext an entry. Name, kind and date of an entry are associated
 * data, so that no ciphertext can be put under another name; a MAC over the list shows entries that were taken out or put
 * back. What it cannot show is a whole file of earlier put in its place.
 */
export const STORE_FORMAT = 'causeway-secrets';
export const STORE_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

const storedEntry = z.strictObject({
  kind: z.enum(['text', 'binary']),
  /** ISO 8601, of the last change. */
  changed: z.string().max(40),
  nonce: base64,
  /** Ciphertext and tag. */
  sealed: base64,
});

const storedSecrets = z.strictObject({
  format: z.literal(STORE_FORMAT), version: z.literal(STORE_VERSION),
  /** Tells which key it is encrypted with; tells nothing about the key. */
  keyId: z.string().regex(/^[0-9a-f]{32}$/),
  entries: z.record(z.string().max(200), storedEntry),
  seal: base64,
});

export type StoredEntry = z.infer<typeof storedEntry>;
export type Entries = Readonly<Record<string, StoredEntry>>;
export type StoredSecrets = z.infer<typeof storedSecrets>;

/** The key of the store, from which come one key each for entries and list. Bytes in guarded values, wiped after use. */
export class StoreKey {
  readonly id: string;
  readonly #master: GuardedByteArray;

  constructor(master: Uint8Array) {
    this.#master = new GuardedByteArray(master);
    this.id = this.#with('id', (key) => createHmac('sha256', key).update(STORE_FORMAT).digest('hex').slice(0, 32));
  }

  seal(name: string, kind: StoredEntry['kind'], clear: Uint8Array, changed: string): StoredEntry {
    return this.#with('entries', (key) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(name, kind, changed));
      const sealed = Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
      return { kind, changed, nonce: nonce.toString('base64'), sealed: sealed.toString('base64') };
    });
  }

  /** The caller wipes what it gets. Throws where the entry was changed or belongs to another name. */
  unseal(name: string, { kind, changed, nonce, sealed }: StoredEntry): Buffer {
    const bytes = Buffer.from(sealed, 'base64');
    const tagAt = bytes.length - TAG_BYTES;
    return this.#with('entries', (key) => {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES }).setAAD(associated(name, kind, changed));
        decipher.setAuthTag(bytes.subarray(tagAt));
        const [clear, rest] = [decipher.update(bytes.subarray(0, tagAt)), decipher.final()];
        return rest.length === 0 ? clear : Buffer.concat([clear, rest]);
      } catch {
        throw new SecretError(`The entry ${name} of the secret store was changed or damaged: set it again.`);
      }
    });
  }

  sealList(entries: Entries): string {
    return this.#with('list', (key) => {
      const hmac = createHmac('sha256', key);
      for (const name of Object.keys(entries).sort()) hmac.update(JSON.stringify([name, entries[name]?.nonce, entries[name]?.sealed]));
      return hmac.digest('base64');
    });
  }

  /** Whether the list is as it was written. */
  isWhole({ entries, seal }: StoredSecrets): boolean {
    const [given, own] = [Buffer.from(seal, 'base64'), Buffer.from(this.sealList(entries), 'base64')];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  #with<T>(purpose: string, use: (key: Buffer) => T): T {
    const master = this.#master.reveal();
    const key = Buffer.from(hkdfSync('sha256', master, '', `${STORE_FORMAT} ${STORE_VERSION} ${purpose}`, 32));
    try {
      return use(key);
    } finally {
      master.fill(0);
      key.fill(0);
    }
  }
}

function associated(name: string, kind: string, changed: string): Buffer {
  return Buffer.from(JSON.stringify([STORE_FORMAT, STORE_VERSION, name, kind, changed]));
}

export function formatStore(key: StoreKey, entries: Entries): string {
  const content: StoredSecrets = { format: STORE_FORMAT, version: STORE_VERSION, keyId: key.id, entries, seal: key.sealList(entries) };
  return `${JSON.stringify(content, null, 1)}\n`;
}

/** Checks shape and version. Throws an error that says what kind of file it is instead, without showing any of it. */
export function parseStore(text: string, path: string): StoredSecrets {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new SecretError(`${path} is no secret store, or was cut off: it is not JSON. Restore it from a backup, or move it away and set the secrets again.`);
  }
  const head = content !== null && typeof content === 'object' ? (content as Readonly<Record<string, unknown>>) : {};
  if (head['format'] !== STORE_FORMAT) throw new SecretError(`${path} is no secret store of this product: move it away, or name another file under secrets.store.file.`);
  if (head['version'] !== STORE_VERSION) throw new SecretError(`${path} is a secret store of another version than ${STORE_VERSION}: use the release that wrote it, or a later one.`);
  const parsed = storedSecrets.safeParse(content);
  if (!parsed.success) throw new SecretError(`${path} is a damaged secret store (${parsed.error.issues[0]?.path.join('.') ?? 'its shape'} is not as it was written). Restore it from a backup, or move it away and set the secrets again.`);
  return parsed.data;
}
