import { realpath } from 'node:fs/promises';
import { join, relative, isAbsolute, sep } from 'node:path';
import { SecretError } from '../secret-error.js';
import type { SecretValue } from '../secret-value.js';
import { codeOf, readSecretFile } from './read-file.js';

/** Files below the configured directories; the first that has one of the name counts. A link may not lead out of them. */
export async function readFromDirectories(directories: readonly string[], name: string): Promise<SecretValue> {
  if (directories.length === 0) throw new SecretError('The agent has no directory for secret files: name one under secrets.directories.');
  for (const directory of directories) {
    const path = join(directory, name);
    const found = await realpathOf(path);
    if (found === undefined) continue;
    const inside = relative(await realpath(directory), found);
    if (inside === '' || isAbsolute(inside) || inside.split(sep, 1)[0] === '..') throw new SecretError(`The secret file ${path} is a link that leads out of ${directory}.`);
    return readSecretFile(found, `The secret file ${path}`);
  }
  throw new SecretError(`There is no secret file ${name} in ${directories.join(', ')}.`);
}

/** Undefined when there is no such file. */
async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SecretError(`The secret file ${path} cannot be read (${code}).`);
  }
}
