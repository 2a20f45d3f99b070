import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = /^audit-(\d{8,12})\.jsonl$/;

/** Files carry the chain on in the order of their numbers, which start at 1. */
export interface AuditFileEntry {
  readonly number: number;
  readonly path: string;
}

export function auditFileName(number: number): string {
  return `audit-${String(number).padStart(8, '0')}.jsonl`;
}

export function auditFilePath(directory: string, number: number): string {
  return join(directory, auditFileName(number));
}

/** In the order of their numbers. */
export async function listAuditFiles(directory: string): Promise<AuditFileEntry[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => {
    const digits = FILE_NAME.exec(name)?.[1];
    return digits === undefined ? [] : [{ number: Number(digits), path: join(directory, name) }];
  }).sort((a, b) => a.number - b.number);
}

/** Size in bytes and last change in milliseconds since 1970; zeros for a file that is gone. */
export async function factsOf(path: string): Promise<{ readonly size: number; readonly changed: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, changed: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { size: 0, changed: 0 };
    throw error;
  }
}
