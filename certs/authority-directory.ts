import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateError } from './certificate-error.js';
import { writeOwnFile } from './certificate-files.js';

/** File names inside an authority's directory. */
export const ROOT_CERTIFICATE_FILE = 'ca.crt';
export const ROOT_KEY_FILE = 'ca.key';
/** Which authorities there are and what each is for. Without it there is one, in the two files above. */
export const AUTHORITIES_FILE = 'authorities.json';

/**
 * `next` is trusted and does not sign yet; `current` signs; `previous` does not sign any more and is trusted until the last
 * certificate it signed is gone. Ids are file names without their endings.
 */
export interface AuthorityRoles {
  readonly next?: string | undefined;
  readonly current: string;
  readonly previous: readonly string[];
  /** How many authorities this directory has seen; ids are never used again. */
  readonly count: number;
}

const FIRST: AuthorityRoles = { current: 'ca', previous: [], count: 1 };
const ID = /^ca(-\d{1,6})?$/;

export async function readRoles(directory: string): Promise<AuthorityRoles> {
  let text: string;
  try {
    text = await readFile(join(directory, AUTHORITIES_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return FIRST;
    throw error;
  }
  const roles = parsed(text);
  if (roles === undefined) throw new CertificateError(`${join(directory, AUTHORITIES_FILE)} is damaged. Restore it from a backup of the directory.`);
  return roles;
}

/** The moment a rotation takes effect: keys and certificates are written before, removed after. */
export async function writeRoles(directory: string, roles: AuthorityRoles): Promise<void> {
  await writeOwnFile(join(directory, AUTHORITIES_FILE), `${JSON.stringify(roles, null, 2)}\n`, { replace: true });
}

/** The PEM of an authority's certificate or key. Throws a {@link CertificateError} that says how to make an authority. */
export async function readPart(directory: string, file: string): Promise<string> {
  try {
    return await readFile(join(directory, file), 'utf8');
  } catch (error) {
    throw new CertificateError(`There is no authority in ${directory} (${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}). Make one with: causeway certs init --dir ${directory}`);
  }
}

/** Every authority to trust, the signing one first, as PEM texts with their ids. */
export async function readTrusted(directory: string): Promise<readonly { readonly id: string; readonly certificate: string }[]> {
  const { current, next, previous } = await readRoles(directory);
  const ids = [current, ...(next === undefined ? [] : [next]), ...previous];
  return Promise.all(ids.map(async (id) => ({ id, certificate: await readPart(directory, `${id}.crt`) })));
}

export async function removeAuthority(directory: string, id: string): Promise<void> {
  await rm(join(directory, `${id}.key`), { force: true });
  await rm(join(directory, `${id}.crt`), { force: true });
}

function parsed(text: string): AuthorityRoles | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { current, next, previous, count } = value as Record<string, unknown>;
  if (!isId(current) || !(next === undefined || isId(next)) || !Array.isArray(previous) || !previous.every(isId) || typeof count !== 'number') return undefined;
  return { current, previous, count, ...(next === undefined ? {} : { next }) };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}
