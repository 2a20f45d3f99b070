import { readFile, stat } from 'node:fs/promises';

/** Of a configuration or a mapping; far above what people write. */
const LARGEST = 4 * 1024 ** 2;

/** A file that was read, or why it was not. */
export type SourceFile =
  | { readonly path: string; readonly bytes: Buffer }
  | { readonly path: string; readonly unreadable: string };

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file', EACCES: 'this user may not read it', EPERM: 'this user may not read it', ELOOP: 'its links lead in a circle',
};

/** Reads a file whole, if it is one and not too large. Never rejects. */
export async function readSource(path: string): Promise<SourceFile> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { path, unreadable: 'is no file' };
    if (found.size > LARGEST) return { path, unreadable: `is larger than ${LARGEST} bytes, and so no configuration` };
    return { path, bytes: await readFile(path) };
  } catch (error) {
    return { path, unreadable: `cannot be read: ${unreadableReason(error)}` };
  }
}

/** What people say instead of an errno's name. */
export function unreadableReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return REASONS[code] ?? code;
}
