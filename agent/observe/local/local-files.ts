import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const TOKEN = 'token';
const ADDRESS = 'address.json';

/** Where a running agent answers commands on its machine, and what it wants to be shown. */
export interface LocalAddress {
  /** E.g. `http://127.0.0.1:8760`. */
  readonly url: string;
  readonly token: string;
}

export function localDirectoryOf(stateDirectory: string): string {
  return join(stateDirectory, 'local');
}

/** Leaves the token and the address for commands of the same user (0600, in a directory of 0700). */
export async function writeLocalAddress(directory: string, { url, token }: LocalAddress): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  await writeWhole(join(directory, TOKEN), `${token}\n`);
  await writeWhole(join(directory, ADDRESS), `${JSON.stringify({ url })}\n`);
}

/** Never rejects: what stays behind leads nowhere. */
export async function removeLocalAddress(directory: string): Promise<void> {
  await Promise.all([ADDRESS, TOKEN].map((name) => rm(join(directory, name), { force: true }).catch(() => undefined)));
}

/** Rejects with the error of the file system, or one that says the address makes no sense. */
export async function readLocalAddress(directory: string): Promise<LocalAddress> {
  const { url } = JSON.parse(await readFile(join(directory, ADDRESS), 'utf8')) as { readonly url?: unknown };
  if (typeof url !== 'string' || !URL.canParse(url)) throw new Error(`${join(directory, ADDRESS)} holds no address.`);
  return { url, token: (await readFile(join(directory, TOKEN), 'utf8')).trim() };
}

/** Nobody ever reads half of it, and it is never there with other rights. */
async function writeWhole(path: string, text: string): Promise<void> {
  await rm(`${path}.new`, { force: true });
  await writeFile(`${path}.new`, text, { mode: 0o600, flag: 'wx' });
  await rename(`${path}.new`, path);
}
