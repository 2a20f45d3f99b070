import { mkdir, open, readFile, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull } from '../audit/disk-reserve.js';

/** A file being appended to. */
export interface DiskFile {
  write(bytes: Buffer, position: number): Promise<void>;
  /** Resolves when everything written is on the disk. After a rejection nothing may be believed of what was written since the last success. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** The directory of a journal. */
export interface JournalDisk {
  readonly directory: string;
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
  readAt(name: string, offset: number, length: number): Promise<Buffer>;
  /** A new file that begins with `head` and is filled up with zeros, on the disk when this resolves; nothing is left of it otherwise. */
  create(name: string, head: Buffer, size: number): Promise<DiskFile>;
  /** The whole file or none of it, on the disk when this resolves. */
  replace(name: string, bytes: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
}

const FILE_MODE = 0o600;
export const TEMPORARY = '.tmp';

/** Makes the directory (0700), or, on a full disk, makes it when something is written to it. */
export async function openDisk(directory: string): Promise<JournalDisk> {
  try {
    await makeDirectory(directory);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
  return new NodeDisk(directory);
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

class NodeDisk implements JournalDisk {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async names(): Promise<readonly string[]> {
    try {
      return await readdir(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.directory, name));
  }

  async readAt(name: string, offset: number, length: number): Promise<Buffer> {
    const file = await open(join(this.directory, name), 'r');
    try {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async create(name: string, head: Buffer, size: number): Promise<DiskFile> {
    const temporary = join(this.directory, `${name}${TEMPORARY}`);
    const file = await this.#begin(temporary);
    try {
      await writeAll(file, Buffer.concat([head, Buffer.alloc(Math.max(0, size - head.length))]), 0);
      await file.sync();
      await rename(temporary, join(this.directory, name));
      await this.#syncDirectory();
      return new NodeFile(file);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async replace(name: string, bytes: Buffer): Promise<void> {
    const temporary = join(this.directory, `${name}${TEMPORARY}`);
    const file = await this.#begin(temporary);
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.directory, name));
    await this.#syncDirectory();
  }

  async #begin(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'w', FILE_MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await makeDirectory(this.directory);
      return open(path, 'w', FILE_MODE);
    }
  }

  remove(name: string): Promise<void> {
    return rm(join(this.directory, name), { force: true });
  }

  /** A file's name is on the disk only when its directory is. Not every system can (Windows need not). */
  async #syncDirectory(): Promise<void> {
    let directory: FileHandle;
    try {
      directory = await open(this.directory, 'r');
    } catch {
      return;
    }
    try {
      await directory.sync().catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EPERM' && (error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
      });
    } finally {
      await directory.close();
    }
  }
}

class NodeFile implements DiskFile {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Buffer, position: number): Promise<void> {
    return writeAll(this.#file, bytes, position);
  }

  sync(): Promise<void> {
    return this.#file.datasync();
  }

  async truncate(size: number): Promise<void> {
    await this.#file.truncate(size);
    await this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
