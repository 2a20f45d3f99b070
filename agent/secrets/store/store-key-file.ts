import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { SecretError } from '../secret-error.js';
import { credentialPath } from '../sources/credential-source.js';
import { codeOf } from '../sources/read-file.js';
import { StoreKey } from './store-format.js';
import { writeWhole } from './write-whole.js';

/** Where the key of the store is: a file of the agent's own, or a systemd credential (which can be sealed to a TPM). */
export type KeyPlace = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'credential'; readonly name: string };

const KEY_BYTES = 32;
const OTHERS = 0o077;
const MAX_FILE_BYTES = 4096;

export function keyPlaceText(place: KeyPlace): string {
  return place.kind === 'file' ? `the key file ${place.path}` : `the systemd credential ${place.name}`;
}

/**
 * The present key, then those before it, which a store not yet written anew may still need: one Base64 line each. Undefined
 * when there is no such file.
 */
export async function readKeys(place: KeyPlace, environment: NodeJS.ProcessEnv): Promise<readonly StoreKey[] | undefined> {
  const path = place.kind === 'file' ? place.path : credentialPath(environment, place.name);
  const what = keyPlaceText(place);
  let text: string;
  try {
    text = await readKeyFile(path, place.kind === 'file');
  } catch (error) {
    if (error instanceof SecretError) throw error;
    if (codeOf(error) === 'ENOENT' && place.kind === 'file') return undefined;
    throw new SecretError(`The secret store cannot be opened: ${what} cannot be read (${codeOf(error)}).`);
  }
  // Not by a regular expression: V8 keeps the text of the last match (RegExp.$_), and would keep the keys.
  const keys = text.split('\n').filter((line) => line.trim() !== '').map((line) => Buffer.from(line.trim(), 'base64'));
  try {
    if (keys.length === 0 || keys.some((key) => key.length !== KEY_BYTES)) throw new SecretError(`The secret store cannot be opened: ${what} holds no key of ${KEY_BYTES} bytes in Base64.`);
    return keys.map((key) => new StoreKey(key));
  } finally {
    for (const key of keys) key.fill(0);
  }
}

async function readKeyFile(path: string, mustBePrivate: boolean): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { mode, size } = await file.stat();
    if (mustBePrivate && process.platform !== 'win32' && (mode & OTHERS) !== 0) throw new SecretError(`The key file ${path} of the secret store can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it, and rotate the key if somebody may have.`);
    if (size > MAX_FILE_BYTES) throw new SecretError(`The key file ${path} of the secret store is larger than ${MAX_FILE_BYTES} bytes.`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

export function newKeyLine(): string {
  const bytes = randomBytes(KEY_BYTES);
  try {
    return bytes.toString('base64');
  } finally {
    bytes.fill(0);
  }
}

export function keyOfLine(line: string): StoreKey {
  const bytes = Buffer.from(line, 'base64');
  try {
    return new StoreKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The first line of a key file: what the store is encrypted with once it is written. */
export async function firstLineOf(path: string): Promise<string> {
  return (await readKeyFile(path, true)).split('\n', 1)[0]?.trim() ?? '';
}

export async function writeKeyLines(path: string, lines: readonly string[]): Promise<void> {
  await writeWhole(path, `${lines.join('\n')}\n`);
}
