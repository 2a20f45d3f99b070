import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { parseJson, writeJson, type JsonValue } from '../crest/json.js';

/** The JSON in a file; undefined when there is no such file. Throws when it is there and unreadable: that is not "absent". */
export async function readJsonFile(path: string): Promise<JsonValue | undefined> {
  try {
    return parseJson(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
}

/** Replaces a file as a whole: after a crash either the old or the new content is there. Only the owner can read it. */
export async function writeJsonFile(path: string, value: JsonValue): Promise<void> {
  await writeWhole(path, `${writeJson(value, 2)}\n`);
}

/** See {@link writeJsonFile}. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Whether it is a full disk, or a used-up quota, that failed a write. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
