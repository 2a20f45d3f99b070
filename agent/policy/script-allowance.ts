import { createHash } from 'node:crypto';
import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptAllowance } from './policy.js';

/** Files looked at in one directory. */
const MAX_FILES = 1000;
const MAX_SCRIPT_BYTES = 1_048_576;

export function scriptDigest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Whether the text is one of the allowed scripts: by its digest, or byte for byte a file of a directory, read now. */
export async function allowsScript({ any, sha256, directories }: ScriptAllowance, text: string): Promise<boolean> {
  if (any || sha256.has(scriptDigest(text))) return true;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > MAX_SCRIPT_BYTES) return false;
  for (const directory of directories) if (await holds(directory, bytes)) return true;
  return false;
}

/** A directory that cannot be read holds nothing. */
async function holds(directory: string, script: Buffer): Promise<boolean> {
  try {
    let left = MAX_FILES;
    for await (const { name } of await opendir(directory)) {
      if (left === 0) return false;
      left -= 1;
      const path = join(directory, name);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() === true && found.size === script.length && script.equals(await readFile(path))) return true;
    }
    return false;
  } catch {
    return false;
  }
}
