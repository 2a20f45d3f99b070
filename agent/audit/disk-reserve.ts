import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const DEFAULT_BYTES = 1_048_576;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Whether it is a full disk that failed a write. */
export function isDiskFull(error: unknown): boolean {
  return FULL.has((error as NodeJS.ErrnoException).code ?? '');
}

export function reservePath(directory: string): string {
  return join(directory, 'reserve');
}

/**
 * Space kept for a full disk: given up when the disk is full, so that the lines of what was already under way are written;
 * while it is gone nothing that changes something is admitted.
 */
export class DiskReserve {
  readonly #path: string;
  readonly #bytes: number;
  #kept = false;

  constructor(directory: string, bytes = DEFAULT_BYTES) {
    this.#path = reservePath(directory);
    this.#bytes = bytes;
  }

  get isKept(): boolean {
    return this.#kept;
  }

  /** Takes the space, with real bytes, since a sparse file takes none. False when there is none to take. */
  async keep(): Promise<boolean> {
    try {
      this.#kept = await stat(this.#path).then(({ size }) => size === this.#bytes, () => false);
      // Trying would take the last bytes from everybody else.
      if (this.#kept || !await hasRoom(dirname(this.#path), this.#bytes)) return this.#kept;
      const file = await open(this.#path, 'w', 0o600);
      try {
        await file.writeFile(Buffer.alloc(this.#bytes, 0x2e));
        await file.sync();
      } finally {
        await file.close();
      }
      this.#kept = true;
    } catch {
      await rm(this.#path, { force: true }).catch(() => undefined);
      this.#kept = false;
    }
    return this.#kept;
  }

  /** Gives the space up. False when there was none. */
  async giveUp(): Promise<boolean> {
    if (!this.#kept) return false;
    this.#kept = false;
    await rm(this.#path, { force: true });
    return true;
  }
}

async function hasRoom(directory: string, bytes: number): Promise<boolean> {
  const { blocks, bavail, bsize } = await statfs(directory);
  return blocks === 0 || bavail * bsize >= bytes;       // some file systems do not tell
}
