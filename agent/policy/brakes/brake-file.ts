import { randomUUID } from 'node:crypto';
import { open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/config-problems.js';
import type { KeptCount } from './brake-count.js';

const FORM = 1;
const MAX_BYTES = 64 * 1024 * 1024;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const contents = z.strictObject({
  form: z.literal(FORM),
  counts: z.array(z.strictObject({
    brake: z.string(), system: z.string(), part: count.min(1), parts: z.array(z.tuple([count, count])), tripped: z.number().nullable(),
  })),
});

/** The counts of brakes on disk, so that a restart does not set them back. Readable for its owner only, replaced as a whole. */
export class BrakeFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Empty when there is none. Throws a ConfigError for one that cannot be read: brakes must not start from nothing unnoticed. */
  async read(): Promise<readonly KeptCount[]> {
    try {
      const text = await readFile(this.path, 'utf8');
      if (text.length > MAX_BYTES) throw new Error('it is too large');
      return contents.parse(JSON.parse(text)).counts;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      const why = (error as NodeJS.ErrnoException).code ?? (error instanceof z.ZodError ? 'it is damaged' : error instanceof Error ? error.message : String(error));
      throw new ConfigError([`${this.path}: the counts of the policy's brakes cannot be read (${why}). Remove the file to start counting anew`]);
    }
  }

  /** Resolves when the counts are on the disk. */
  async write(counts: readonly KeptCount[]): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.tmp`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ form: FORM, counts })}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Removes drafts a dead process has left. */
  async tidy(): Promise<void> {
    const directory = dirname(this.path);
    const start = `${basename(this.path)}.`;
    for (const name of await readdir(directory).catch(() => [])) {
      if (name.startsWith(start) && name.endsWith('.tmp')) await rm(join(directory, name), { force: true }).catch(() => undefined);
    }
  }
}
