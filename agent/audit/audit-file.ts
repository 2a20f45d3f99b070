import { open, rm, type FileHandle } from 'node:fs/promises';
import { auditFilePath } from './audit-files.js';
import { syncDirectory } from './sync-directory.js';

/** The file lines go to now. Written at known places, so that a failed write leaves nothing behind. */
export class AuditFile {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  readonly #handle: FileHandle;
  #size: number;
  /** There may be bytes behind `size`, of a write that failed. */
  #dirty = false;

  private constructor(handle: FileHandle, number: number, size: number, begunAt: number) {
    this.#handle = handle;
    this.number = number;
    this.#size = size;
    this.begunAt = begunAt;
  }

  /** Opens one that is there, to be gone on with behind `size`. */
  static async resume(directory: string, number: number, size: number, begunAt: number): Promise<AuditFile> {
    return new AuditFile(await open(auditFilePath(directory, number), 'r+'), number, size, begunAt);
  }

  /** Makes a new one that begins with these bytes, on disk when this resolves; leaves nothing when it rejects. */
  static async begin(directory: string, number: number, begunAt: number, bytes: Buffer): Promise<AuditFile> {
    const path = auditFilePath(directory, number);
    const handle = await open(path, 'wx', 0o600);
    const file = new AuditFile(handle, number, 0, begunAt);
    try {
      await file.append(bytes);
      await handle.sync();
      await syncDirectory(directory);
      return file;
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Bytes written for good. */
  get size(): number {
    return this.#size;
  }

  /** All of it or nothing. */
  async append(bytes: Buffer): Promise<void> {
    await this.#clean();
    this.#dirty = true;
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written, this.#size + written);
      written += bytesWritten;
    }
    this.#size += bytes.length;
    this.#dirty = false;
  }

  /** Takes back what was appended last: it could not be brought to disk. */
  async takeBack(length: number): Promise<void> {
    this.#size -= length;
    this.#dirty = true;
    await this.#clean();
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#clean().catch(() => undefined);         // the next start sets it aside
    await this.#handle.close();
  }

  async #clean(): Promise<void> {
    if (!this.#dirty) return;
    await this.#handle.truncate(this.#size);
    this.#dirty = false;
  }
}
