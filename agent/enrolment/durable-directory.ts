import { chmod, mkdir, open, readFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The calls that change a disk, one by one, so that a test can end the world between any two of them. */
export interface DiskCalls {
  makeDirectory(path: string): Promise<void>;
  /** A new file, mode 0600; fails when it exists. */
  create(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names in the directory survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  write(text: string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

export const realDisk: DiskCalls = {
  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
  },
  async create(path) {
    const file = await open(path, 'wx', 0o600);
    return { write: (text) => file.writeFile(text), sync: () => file.sync(), close: () => file.close() };
  },
  rename,
  async remove(path) {
    await unlink(path).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  },
  async syncDirectory(path) {
    if (process.platform === 'win32') return; // NTFS journals names; a directory cannot be opened there
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

/** Files in one directory of our own that appear whole and durable, or not at all. */
export class DurableDirectory {
  readonly path: string;
  readonly #disk: DiskCalls;

  constructor(path: string, disk: DiskCalls = realDisk) {
    this.path = path;
    this.#disk = disk;
  }

  /** 0700. Only its owner may so much as list it. */
  make(): Promise<void> {
    return this.#disk.makeDirectory(this.path);
  }

  /** Undefined when there is no such file. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async names(): Promise<readonly string[]> {
    try {
      return await readdir(this.path);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Milliseconds since the file was written; undefined when it is gone. */
  async ageOf(name: string): Promise<number | undefined> {
    return stat(join(this.path, name)).then(({ mtimeMs }) => Date.now() - mtimeMs, () => undefined);
  }

  /** Replaces the file; whoever reads it sees the old content or the new. `temporary` names files of one writer apart. */
  async write(name: string, text: string, temporary: string): Promise<void> {
    const from = join(this.path, temporary);
    await this.#disk.remove(from);
    const file = await this.#disk.create(from);
    try {
      await file.write(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#disk.rename(from, join(this.path, name));
    await this.#disk.syncDirectory(this.path);
  }

  remove(name: string): Promise<void> {
    return this.#disk.remove(join(this.path, name));
  }
}
